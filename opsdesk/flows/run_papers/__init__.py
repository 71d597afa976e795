"""The paper of plans and runs: 应急预案, 应急演练记录, 应急响应服务记录."""
