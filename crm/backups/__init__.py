"""备份: the whole house in one file, made each night and on demand, looked through, handed out, put back."""
