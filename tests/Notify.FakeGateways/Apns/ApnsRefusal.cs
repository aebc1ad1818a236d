using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Apns;

/// <summary>An error in the form that Apple's "Handling notification responses from APNs" documents.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">Apple's name for the error.</param>
/// <param name="Since">When the device token became inactive, or null for errors of any other kind.</param>
public sealed record ApnsRefusal(int Status, string Reason, DateTimeOffset? Since = null)
{
    /// <summary>The seconds in the header Retry-After, or null to send no such header.</summary>
    public int? RetryAfter { get; init; }

    internal async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        if (RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var error = new Dictionary<string, object> { ["reason"] = Reason };
        if (Since is { } since)
            error["timestamp"] = since.ToUnixTimeMilliseconds();
        await response.WriteAsync(JsonSerializer.Serialize(error));
    }
}
