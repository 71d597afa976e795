"""Forms of the account screens; labels are translated when shown."""

from __future__ import annotations

from datetime import datetime

from flask import request
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length

from opsdesk.people.models import Role
from opsdesk.web import unit
from opsdesk.web.words import lazy_gettext as _l

ROLE_WORDS = {
    Role.ENGINEER: _l("运维工程师"),
    Role.LEAD: _l("运维负责人"),
    Role.CUSTOMER: _l("甲方代表"),
    Role.SYSTEM: _l("系统管理员"),
    Role.SECURITY: _l("安全管理员"),
    Role.AUDIT: _l("审计管理员"),
}

ROLE_CHOICES = [SelectChoice(role.value, word) for role, word in ROLE_WORDS.items()]


FIRST_YEAR, LAST_YEAR = 2000, 9000


def local_moment(field: str) -> datetime | None:
    """Return the local date and time of a field; None where there is no sound one."""
    try:
        local = datetime.fromisoformat(request.form.get(field, ""))
    except ValueError:
        return None
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        return None
    return local.replace(tzinfo=unit.desk().settings.desk.timezone)


class Form(FlaskForm):  # type: ignore[misc]  # the library is untyped
    """The base of every form; it carries the token that stops forgery."""


class SignInForm(Form):
    """User name and password, and the page one came for."""

    username = StringField(_l("用户名"), [InputRequired(), Length(max=64)])
    password = PasswordField(_l("密码"), [InputRequired(), Length(max=128)])
    next = HiddenField()


class PasswordForm(Form):
    """The present password once, the new one twice."""

    present = PasswordField(_l("现在的密码"), [InputRequired(), Length(max=128)])
    new = PasswordField(_l("新密码"), [InputRequired(), Length(max=128)])
    again = PasswordField(_l("再输入一次新密码"), [InputRequired(), Length(max=128)])


class AccountForm(Form):
    """A new account."""

    username = StringField(_l("用户名"), [InputRequired(), Length(max=32)])
    name = StringField(_l("姓名"), [InputRequired(), Length(max=64)])
    role = SelectField(_l("角色"), choices=ROLE_CHOICES)


class RoleForm(Form):
    """Another role for an account."""

    role = SelectField(_l("角色"), choices=ROLE_CHOICES)


class EmptyForm(Form):
    """A button: nothing but the token that proves it was pressed here."""
