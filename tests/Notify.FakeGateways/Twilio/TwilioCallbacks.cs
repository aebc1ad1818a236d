using System.Security.Cryptography;
using System.Text;

namespace Notify.FakeGateways.Twilio;

/// <summary>Sends status callbacks, signed as Twilio signs them (Twilio, "Security", "Validating Requests").</summary>
internal sealed class TwilioCallbacks(TwilioAccount account) : IDisposable
{
    private readonly HttpClient _client = new();

    public Uri? Proxy { get; set; }

    public async Task<int> CallAsync(TwilioSms message, string status, int? errorCode)
    {
        var url = message.StatusCallback ?? throw new InvalidOperationException("The message has no status callback.");
        var fields = CreateFields(message, status, errorCode);
        var called = new Uri(url);
        using var request = new HttpRequestMessage(HttpMethod.Post, Proxy is null ? called : new Uri(Proxy, called.PathAndQuery))
        {
            Content = new FormUrlEncodedContent(fields),
            Headers = { Host = called.Authority },
        };
        request.Headers.Add("X-Twilio-Signature", Sign(url, fields));
        using var response = await _client.SendAsync(request);
        return (int)response.StatusCode;
    }

    public void Dispose() => _client.Dispose();

    private Dictionary<string, string> CreateFields(TwilioSms message, string status, int? errorCode)
    {
        var fields = new Dictionary<string, string>
        {
            ["SmsSid"] = message.Sid,
            ["SmsStatus"] = status,
            ["MessageStatus"] = status,
            ["To"] = message.To,
            ["MessageSid"] = message.Sid,
            ["AccountSid"] = account.Sid,
            ["From"] = message.From ?? account.Number,
            ["ApiVersion"] = "2010-04-01",
        };
        if (message.MessagingServiceSid is { } service)
            fields.Add("MessagingServiceSid", service);
        if (errorCode is { } code)
            fields.Add("ErrorCode", $"{code}");
        return fields;
    }

    private string Sign(string url, Dictionary<string, string> fields)
    {
        var text = new StringBuilder(url);
        foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
            text.Append(name).Append(value);
#pragma warning disable CA5350 // Twilio's signatures use SHA-1.
        var signature = HMACSHA1.HashData(Encoding.UTF8.GetBytes(account.AuthToken), Encoding.UTF8.GetBytes(text.ToString()));
#pragma warning restore CA5350
        return Convert.ToBase64String(signature);
    }
}
