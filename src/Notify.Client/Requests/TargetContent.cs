using System.Buffers;
using System.Text.Json;

namespace Notify.Client.Requests;

/// <summary>Creates the body of the cancellation of several notifications.</summary>
internal static class TargetContent
{
    public static HttpContent Create(CancellationTarget target)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteText("reference", target.Reference);
            json.WriteText("cancellationKey", target.CancellationKey);
            json.WriteEndObject();
        }

        return JsonBody.Create(bytes.WrittenMemory, "application/json");
    }
}
