"""The MCP door: the `tools` of agents, the `server` that offers them, and the `transports` to reach it."""
