"""The bodies of requests and the schemas of responses that HTTP and MCP share."""
