using System.Buffers;
using System.Text.Json;

namespace Notify.Providers.Sandbox;

/// <summary>
/// Appends messages to a file. Each message is passed to the operating system in one write, so it survives when this process is
/// killed. The file is opened for each message, so it may be deleted or truncated at any time, and writing works again as soon as
/// the cause of a failure is gone.
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
