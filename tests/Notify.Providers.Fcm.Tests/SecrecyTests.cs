using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.FakeGateways.Fcm;
using Notify.Testing;

namespace Notify.Providers.Fcm.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task No_run_shows_a_key_an_access_token_a_device_token_or_content()
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
        Assert.Contains(all, line => line.Contains("fcm refused the access token", StringComparison.Ordinal));
        Assert.Contains(all, line => line.Contains("fcm cannot send: no access token", StringComparison.Ordinal));
        AssertHidden(
            all,
            [token, "title-text", "content-text", .. gateway.AccessTokens, .. LinesOf(gateway.Account), .. LinesOf(gone)]
        );
    }

    [Fact]
    public async Task The_service_gets_no_trace_header_and_the_application_no_span_of_ours()
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

    /// <summary>The key line by line, for whatever shows it may break it.</summary>
    private static IEnumerable<string> LinesOf(FcmServiceAccount account) =>
        account.PrivateKey.Split('\n').Where(line => line.Length > 0 && !line.StartsWith('-'));

    private static void AssertHidden(IEnumerable<string> seen, IReadOnlyList<string> secrets)
    {
        Assert.True(secrets.Count > 50);
        foreach (var line in seen)
        {
            // Not by Assert.DoesNotContain, whose message would show what must not be seen.
            Assert.False(
                secrets.Any(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase)),
                $"A secret is in a line of {line.Length}."
            );
        }
    }

    private static Task<FcmApplication> StartAsync(FcmGateway gateway, FakeLoggerProvider log, Action<FcmOptions> configure) =>
        FcmApplication.StartAsync(gateway, configure, services =>
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
        );
}
