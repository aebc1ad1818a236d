using System.Buffers;
using System.Text.Json;

namespace Notify.Client.Requests;

/// <summary>Creates the bodies of requests with triggers.</summary>
internal static class TriggerContent
{
    /// <summary>Creates the body of one trigger.</summary>
    public static HttpContent Create(Trigger trigger, string idempotencyKey)
    {
        var bytes = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(bytes))
            TriggerWriter.Write(json, trigger, idempotencyKey);
        return JsonBody.Create(bytes.WrittenMemory, "application/json");
    }

    /// <summary>Creates a body with a line per trigger.</summary>
    public static HttpContent CreateLines(IEnumerable<(Trigger Trigger, string Key)> triggers)
    {
        var bytes = new ArrayBufferWriter<byte>(65_536);
        using var json = new Utf8JsonWriter(bytes);
        foreach (var (trigger, key) in triggers)
        {
            TriggerWriter.Write(json, trigger, key);
            json.Flush();
            json.Reset();
            bytes.Write("\n"u8);
        }

        return JsonBody.Create(bytes.WrittenMemory, "application/x-ndjson");
    }
}
