using System.Buffers;
using System.Text.Json;
using Notify.Storage;

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

    /// <summary>
    /// Removes the messages of removed users. The new file replaces the old one only when it is complete, so a crash loses
    /// nothing.
    /// </summary>
    public void Erase(ErasureBatch batch)
    {
        if (!File.Exists(path) || !File.ReadLines(path).Any(line => IsErased(batch, line)))
            return;

        var rest = $"{path}.rest";
        File.Copy(path, rest, overwrite: true);
        File.WriteAllLines(rest, File.ReadLines(path).Where(line => !IsErased(batch, line)));
        File.Move(rest, path, overwrite: true);
    }

    // A line that is not a message of this version is kept.
    private static bool IsErased(ErasureBatch batch, string line)
    {
        try
        {
            using var message = JsonDocument.Parse(line);
            return message.RootElement.TryGetProperty("userId", out var user)
                && message.RootElement.TryGetProperty("acceptedAt", out var acceptedAt)
                && message.RootElement.TryGetProperty("tenant", out var tenant)
                && batch.Find(tenant.GetString()!, user.GetString(), acceptedAt.GetDateTimeOffset()) is not null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
