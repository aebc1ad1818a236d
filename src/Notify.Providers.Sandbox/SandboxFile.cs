using System.Buffers;
using System.Text.Json;

namespace Notify.Providers.Sandbox;

/// <summary>
/// Appends messages to a file, each in one write to the operating system, which keeps it when this process is killed.
/// Opened anew for every message: so it may be deleted or emptied at any time, and a failure does not outlast its cause.
/// </summary>
internal sealed class SandboxFile(string path)
{
    private static readonly FileStreamOptions Unbuffered = new()
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    };

    private readonly ArrayBufferWriter<byte> _line = new();

    public void Append(SandboxMessage message)
    {
        _line.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_line))
            JsonSerializer.Serialize(writer, message, SandboxJson.Default.SandboxMessage);
        _line.Write("\n"u8);

        using var file = new FileStream(path, Unbuffered);
        file.Write(_line.WrittenSpan);
    }
}
