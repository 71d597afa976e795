"""How the library's enumerations are called, on screens, sheets and paper."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from opsdesk.assets.models import AuditOutcome, CauseKind, DriftState, Kind
from probes.finding import Words

RELATIONS: Mapping[Kind, Words] = MappingProxyType(
    {
        Kind.RUNS_ON: Words("运行于", "runs on"),
        Kind.DEPENDS_ON: Words("依赖", "depends on"),
        Kind.CONNECTS_TO: Words("连接到", "connects to"),
        Kind.BACKED_UP_BY: Words("备份到", "is backed up by"),
    }
)
CAUSES: Mapping[CauseKind, Words] = MappingProxyType(
    {
        CauseKind.CHANGE: Words("变更", "Change"),
        CauseKind.RELEASE: Words("发布", "Release"),
        CauseKind.REPAIR: Words("维修", "Repair"),
        CauseKind.IMPORT: Words("导入", "Import"),
        CauseKind.DRIFT: Words("巡检差异", "Drift accepted"),
        CauseKind.CORRECTION: Words("更正", "Correction"),
        CauseKind.FOUND: Words("巡检取得", "Found by inspection"),
    }
)
DRIFTS: Mapping[DriftState, Words] = MappingProxyType(
    {
        DriftState.OPEN: Words("未授权变更", "Unauthorised change"),
        DriftState.EXPLAINED: Words("已由变更说明", "Explained by a change"),
        DriftState.ACCEPTED: Words("已确认，台账照改", "Accepted, record follows"),
        DriftState.GONE: Words("已恢复原样", "Back as recorded"),
    }
)
OUTCOMES: Mapping[AuditOutcome, Words] = MappingProxyType(
    {
        AuditOutcome.CONSISTENT: Words("一致", "Consistent"),
        AuditOutcome.NOT_THERE: Words("台账无实物", "Recorded, not there"),
        AuditOutcome.NOT_RECORDED: Words("实物无台账", "There, not recorded"),
        AuditOutcome.DIFFERS: Words("属性不符", "Differs"),
        AuditOutcome.UNAUTHORISED: Words("未授权变更", "Unauthorised change"),
    }
)
OWN: Mapping[str, Words] = MappingProxyType(
    {
        "": Words("配置项", "Item"),
        "name": Words("名称", "Name"),
        "state": Words("状态", "State"),
        "server": Words("巡检名称", "Inspected as"),
        "relations": Words("关系", "Relations"),
    }
)
