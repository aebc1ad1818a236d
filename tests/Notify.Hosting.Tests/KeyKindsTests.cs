using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>
/// What is triggered with a test key never reaches a provider that sends, and what is triggered with a team key only the team.
/// </summary>
public sealed class KeyKindsTests : IAsyncLifetime
{
    private readonly RealProvider _mail = new("mail", Channel.Email);
    private readonly RealProvider _backup = new("backup", Channel.Email);
    private readonly RealProvider _sms = new("sms", Channel.Sms);
    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync() =>
        _app = await ApiApplication.StartAsync(services: services =>
        {
            var builder = services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20));
            foreach (var sandboxed in services.Where(service => service.ServiceType == typeof(IDeliveryProvider)).ToArray())
                services.Remove(sandboxed);
            builder.AddTestSandbox();
            foreach (var provider in (RealProvider[])[_mail, _backup, _sms])
                services.AddSingleton<IDeliveryProvider>(provider);
            services.Configure<RetryOptions>("email", Hurry);
            services.Configure<RetryOptions>("sms", Hurry);
        });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("""{"email":"ada@example.org"}""", "sent", "sent")]
    [InlineData("""{"email":"sent@notify.test"}""", "sent", "sent")]
    [InlineData("""{"email":"rejected@notify.test"}""", "deadLetter", "rejected")]
    [InlineData("""{"email":"gone@notify.test"}""", "deadLetter", "recipientGone")]
    [InlineData("""{"email":"Retry@notify.test"}""", "sent", "retry", "sent")]
    [InlineData("""{"email":"throttled@notify.test"}""", "sent", "retry", "sent")]
    [InlineData("""{"email":"fail@notify.test"}""", "deadLetter", "retry", "retry", "retry")]
    [InlineData("""{"phone":"+12025550101"}""", "deadLetter", "rejected")]
    [InlineData("""{"phone":"+12025550103"}""", "sent", "retry", "sent")]
    public async Task Magic_addresses_have_each_outcome_and_nothing_is_sent(string to, string state, params string[] outcomes)
    {
        await UseKeyAsync(ApiKeyKind.Test);
        var url = await _app.AcceptAsync($$$"""{"to":{{{to}}},"content":{"body":"Hello"}}""");
        var timeline = await _app.WhenAsync(url, state, 1);
        var delivery = timeline.GetProperty("deliveries").GetProperty("items")[0];

        Assert.Equal("test", timeline.Text("kind"));
        Assert.Equal("sandbox-test", delivery.Text("provider"));
        Assert.Equal(outcomes, delivery.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.Text("outcome")!));
        AssertNothingSent();
    }

    [Fact]
    public async Task A_replayed_test_delivery_still_goes_to_the_sandbox()
    {
        await UseKeyAsync(ApiKeyKind.Test);
        var url = await _app.AcceptAsync("""{"to":{"email":"rejected@notify.test"},"content":{"body":"Hello"}}""");
        await _app.WhenAsync(url, "deadLetter", 1);
        _app.Client.DefaultRequestHeaders.Authorization = null;
        var captured = _app.Sandbox.Messages.Count;
        await _app.CallAsync("POST", "/v1/dead-letters/replay", """{"all":true}""");

        await Eventually.TrueAsync(() => _app.Sandbox.Messages.Count > captured, "the second attempt");
        await _app.WhenAsync(url, "deadLetter", 1);
        AssertNothingSent();
    }

    [Fact]
    public async Task The_fallback_of_a_test_goes_to_the_sandbox_too()
    {
        await _app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"rejected@notify.test","phone":"+46701234567"}}""");
        await UseKeyAsync(ApiKeyKind.Test);
        var url = await _app.AcceptAsync(
            """
            {"to":{"user":"ada"},"content":{"body":"Hello"},"channels":["email"],
             "fallback":[{"channel":"sms","after":"PT1S"}]}
            """
        );

        var timeline = await _app.WhenAsync(url, "sent", 1);
        Assert.Equal("sandbox-test", timeline.DeliveryOver("sms").Text("provider"));
        AssertNothingSent();
    }

    [Fact]
    public async Task A_digest_has_only_events_of_one_kind()
    {
        await _app.CallAsync("PUT", "/v1/templates/summary", """{"variants":[{"title":"Sum","body":"{{ count }}"}]}""");
        const string Json =
            """{"to":{"email":"ada@example.org"},"template":"summary","digest":{"window":"PT1S"},"data":{"a":1}}""";
        await _app.CallAsync("POST", "/v1/notifications", Json);
        await UseKeyAsync(ApiKeyKind.Test);
        await _app.CallAsync("POST", "/v1/notifications", Json);

        await Eventually.TrueAsync(() => _mail.Sent.Length == 1 && _app.Sandbox.Messages.Count == 1, "both summaries");
        Assert.Equal("1", Assert.Single(_mail.Sent).Content.Body);
        Assert.Equal("1", Assert.Single(_app.Sandbox.Messages).Content.Body);
    }

    [Fact]
    public async Task A_test_does_not_answer_for_a_live_call_with_its_idempotency_key()
    {
        const string Json = """{"to":{"email":"ada@example.org"},"content":{"body":"Hello"},"idempotencyKey":"order-1"}""";
        await UseKeyAsync(ApiKeyKind.Test);
        await _app.AcceptAsync(Json);
        await UseKeyAsync(ApiKeyKind.Live);

        using var response = await _app.SendAsync("POST", "/v1/notifications", Json);
        await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Theory]
    [InlineData(ApiKeyKind.Test)]
    [InlineData(ApiKeyKind.Team)]
    public async Task Only_a_live_key_changes_live_notifications(ApiKeyKind kind)
    {
        var url = await _app.AcceptAsync("""{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""");
        await UseKeyAsync(kind);

        foreach (
            var (path, json) in ((string, string?)[])
                [
                    ($"{url}/cancel", null),
                    ("/v1/notifications/cancel", """{"reference":"r"}"""),
                    ("/v1/receipts", """{"receipts":[]}"""),
                ]
        )
        {
            using var response = await _app.SendAsync("POST", path, json);
            Assert.Equal("kind_not_allowed", (await response.ProblemAsync(HttpStatusCode.Forbidden)).Text("code"));
        }
    }

    [Fact]
    public async Task A_team_key_sends_only_to_the_team()
    {
        await _app.CallAsync("PUT", "/v1/team", """{"users":["grace"],"addresses":["Ada@example.org"]}""");
        foreach (var user in (string[])["grace", "eve"])
            await _app.CallAsync("PUT", $"/v1/users/{user}", $$$"""{"addresses":{"email":"{{{user}}}@example.org"}}""");
        await UseKeyAsync(ApiKeyKind.Team);
        var accepted = await _app.CallAsync(
            "POST",
            "/v1/notifications",
            """
            {"to":[{"user":"grace"},{"user":"eve"},{"email":"ada@example.org"},{"email":"bob@example.org"}],
             "content":{"body":"x"}}
            """
        );

        await _app.WhenAsync(accepted.Text("statusUrl")!, "sent", 2);
        Assert.Equal(["ada@example.org", "grace@example.org"], _mail.Sent.Select(sent => sent.To.Value).Order());
        Assert.Equal(
            ["not_on_team", "not_on_team"],
            accepted.GetProperty("skipped").EnumerateArray().Select(skipped => skipped.Text("code")!)
        );
    }

    private static void Hurry(RetryOptions retry)
    {
        retry.MaxAttempts = 3;
        retry.Delay = TimeSpan.FromMilliseconds(10);
    }

    private void AssertNothingSent() => Assert.Empty((Delivery[])[.. _mail.Sent, .. _backup.Sent, .. _sms.Sent]);

    private async Task UseKeyAsync(ApiKeyKind kind)
    {
        // Without a key, a local call may do everything.
        _app.Client.DefaultRequestHeaders.Authorization = null;
        var issued = await _app.CallAsync(
            "POST",
            "/v1/api-keys",
            $$"""{"name":"key","scopes":["send","read"],"kind":"{{kind.ToString().ToLowerInvariant()}}"}"""
        );
        _app.Client.DefaultRequestHeaders.Authorization = new("Bearer", issued.Text("secret"));
    }

    private sealed class RealProvider(string name, Channel channel) : IDeliveryProvider
    {
        private readonly List<Delivery> _sent = [];

        public string Name => name;

        public Channel Channel => channel;

        public Delivery[] Sent
        {
            get
            {
                lock (_sent)
                    return [.. _sent];
            }
        }

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            lock (_sent)
                _sent.Add(delivery);
            return new(Outcome.Sent());
        }
    }
}
