"""Every official form, by its kind."""

from __future__ import annotations

from reports.documents.forms.change import CHANGE
from reports.documents.forms.handover import HANDOVER
from reports.documents.forms.incident import INCIDENT
from reports.documents.forms.layout import FormLayout
from reports.documents.forms.modification_plan import MODIFICATION_PLAN
from reports.documents.forms.problem import PROBLEM
from reports.documents.forms.release import RELEASE
from reports.documents.forms.repair import REPAIR
from reports.documents.forms.request import REQUEST

FORMS: dict[str, FormLayout] = {
    form.kind: form
    for form in (
        INCIDENT,
        PROBLEM,
        REQUEST,
        CHANGE,
        RELEASE,
        REPAIR,
        MODIFICATION_PLAN,
        HANDOVER,
    )
}
