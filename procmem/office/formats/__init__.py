"""What the kinds of office files hold: bytes in, plain data out, and back. Readers raise ToolError and nothing else."""
