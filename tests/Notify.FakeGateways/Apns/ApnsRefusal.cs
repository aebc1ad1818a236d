using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Apns;

/// <summary>An error as Apple's 'Handling notification responses from APNs' documents it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">Apple's name for it.</param>
/// <param name="Since">Since when the device token is dead; null for errors that are not about that.</param>
public sealed record ApnsRefusal(int Status, string Reason, DateTimeOffset? Since = null)
{
    /// <summary>Seconds in a Retry-After header; null for none.</summary>
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
