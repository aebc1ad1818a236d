using System.Text.Json;
using Notify.FakeGateways.WebPush;
using Notify.TestSupport;

namespace Notify.FakeGateways.Tests;

/// <summary>Runs the npm package web-push, which many application servers use.</summary>
internal sealed class WebPushClient : IDisposable
{
    /// <summary>One of two VAPID key pairs that web-push generated.</summary>
    public static readonly (string Public, string Private) Keys = (
        "BK2AoQ5vKsisKK2mcsX4UPb5ktkAJxVJmhfyrk-30b2f3jj5gNgpufgaoYxEFpAk78NiKvHqaYCL0LOh4cKlE9M",
        "cJLCzwjHKEgsb1JWmTupQb6NnQ8kom-nJ4fcbbo_TMs"
    );

    public static readonly (string Public, string Private) OtherKeys = (
        "BKZDNhvlV29XL2r4AUOY2j_mZvwkCQc1nSpqWtbnJofnCziRbZmqj4i4_gDmVdxzfSijwhy2NGUboXMiCk4xKvk",
        "WiqHIpAykcyreYyVGSO2mk2yPEhn9XK9b1kJjZfHJhU"
    );

    private readonly TemporaryFolder _folder = new();
    private readonly string _authority;

    public WebPushClient(PushServiceGateway gateway)
    {
        _authority = _folder.File("authority.pem");
        File.WriteAllText(_authority, gateway.Authority.RootPem);
    }

    public Task<PushAnswer> PushAsync(
        BrowserSubscription subscription,
        string payload,
        string subject = "mailto:ops@example.org"
    ) => PushAsync(subscription, payload, new { vapidDetails = Details(Keys, subject) });

    public async Task<PushAnswer> PushAsync(BrowserSubscription subscription, string payload, object options)
    {
        var printed = await NodeClient.RunAsync(
            "webpush.mjs",
            [subscription.Json, JsonSerializer.Serialize(options), payload],
            new Dictionary<string, string> { ["NODE_EXTRA_CA_CERTS"] = _authority }
        );
        return JsonSerializer.Deserialize<PushAnswer>(printed, JsonSerializerOptions.Web)!;
    }

    public static object Details((string Public, string Private) keys, string subject = "mailto:ops@example.org") =>
        new
        {
            subject,
            publicKey = keys.Public,
            privateKey = keys.Private,
        };

    public void Dispose() => _folder.Dispose();
}

internal sealed record PushAnswer(int Status, string? Location, string? RetryAfter, string Body);
