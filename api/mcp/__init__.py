"""The MCP door: `tools` says what agents may do, `server` tells the SDK, `transports` let agents in."""
