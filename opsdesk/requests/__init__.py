"""Service requests 服务请求: somebody needs something done."""
