using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.FakeGateways.Fcm;
using Notify.TestSupport;

namespace Notify.Providers.Fcm.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task No_key_token_or_content_is_shown()
    {
        var seen = new List<string>();
        using var log = new FakeLoggerProvider();
        await using var gateway = await FcmGateway.StartAsync();
        var token = FcmGateway.NewToken();
        await using (var application = await StartAsync(gateway, log, _ => { }))
        {
            foreach (var fault in Faults(token))
            {
                gateway.MisbehaveNext(fault);
                seen.Add((await application.SendAsync(token)).ToString());
            }

            gateway.RevokeAccessTokens();
            gateway.TokenError = $"{token} invalid";
            seen.Add((await application.SendAsync(token)).ToString());
            gateway.TokenError = null;
            var delivery = await application.TriggerAsync(Recipient.PushToken(token, Platform.Android));
            seen.Add($"{delivery.Attempts[0]} {FcmApplication.Delivery(token)} {application.Provider}");
        }

        using var gone = new FcmServiceAccount("notify-fake", new Uri($"https://127.0.0.1:{FreePort.Next()}/token"));
        await using (var application = await StartAsync(gateway, log, options => options.CredentialsJson = gone.Json))
            seen.Add((await application.SendAsync(token)).ToString());

        string[] all = [.. seen, .. log.ReadLines(), $"{new FcmOptions { CredentialsJson = gateway.Account.Json }}"];
        Assert.Contains(all, line => line.Contains("Provider fcm refused the access token", StringComparison.Ordinal));
        Assert.Contains(all, line => line.Contains("Provider fcm cannot send: no access token", StringComparison.Ordinal));
        AssertHidden(
            all,
            [token, "title-text", "content-text", .. gateway.AccessTokens, .. GetLines(gateway.Account), .. GetLines(gone)]
        );
    }

    [Fact]
    public async Task Google_libraries_create_no_spans()
    {
        var urls = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Google", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => urls.Enqueue(activity.DisplayName),
        };
        ActivitySource.AddActivityListener(listener);
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);

        await application.SendAsync();

        Assert.Empty(urls);
    }

    private static FcmFault[] Faults(string token) =>
        [
            FcmFault.Answer(400, "INVALID_ARGUMENT", $"message.token {token}"),
            FcmFault.Raw(
                400,
                $$"""{"error":{"message":"{{token}} content-text","status":"content-text","details":["{{token}}"]} }"""
            ),
            FcmFault.Answer(404, "UNREGISTERED"),
            FcmFault.Answer(401, "THIRD_PARTY_AUTH_ERROR"),
            FcmFault.Answer(401, null),
            FcmFault.Raw(503, $"{token} title-text"),
            FcmFault.Raw(200, $"{token} title-text"),
            FcmFault.Reset,
            FcmFault.ResetStream,
        ];

    /// <summary>Gets the lines of the key, because output that shows the key may split it into lines.</summary>
    private static IEnumerable<string> GetLines(FcmServiceAccount account) =>
        account.PrivateKey.Split('\n').Where(line => line.Length > 0 && !line.StartsWith('-'));

    private static void AssertHidden(IEnumerable<string> seen, IReadOnlyList<string> secrets)
    {
        Assert.True(secrets.Count > 50);
        foreach (var line in seen)
        {
            // Assert.DoesNotContain is not used, because its message would show the secret.
            Assert.False(
                secrets.Any(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase)),
                $"A line of {line.Length} characters contains a secret."
            );
        }
    }

    private static Task<FcmApplication> StartAsync(FcmGateway gateway, FakeLoggerProvider log, Action<FcmOptions> configure) =>
        FcmApplication.StartAsync(gateway, configure, services =>
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
        );
}
