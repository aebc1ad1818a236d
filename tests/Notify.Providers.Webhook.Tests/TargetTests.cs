using System.Net;
using System.Net.Sockets;
using Notify.FakeGateways;
using Notify.Providers.Http;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

public sealed class TargetTests
{
    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://127.1:{0}/")]
    [InlineData("http://0x7f000001:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://0x7f.0.0.1:{0}/")]
    [InlineData("http://①②⑦.⓪.⓪.①:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://LOCALHOST:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[::ffff:7f00:1]:{0}/")]
    [InlineData("http://[0:0:0:0:0:ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[::127.0.0.1]:{0}/")]
    [InlineData("http://[64:ff9b::7f00:1]:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("http://[::]:{0}/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("http://172.16.0.1/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("http://[fe80::1]/")]
    public async Task What_is_not_on_the_public_internet_is_refused_and_not_connected_to(string url)
    {
        await using var server = await GatewayServer.StartAsync(_ => Task.CompletedTask, tls: false);
        await using var application = await WebhookApplication.StartFrozenAsync(options => options.AllowPrivateNetworks = false);

        var delivery = await application.SendAsync(string.Format(null, url, server.Address.Port));

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal((OutcomeKind.Rejected, "the address is not on the public internet"), (attempt.Outcome, attempt.Reason));
        Assert.Equal(DeliveryState.DeadLetter, delivery.State);
        Assert.Equal(0, server.ConnectionsAccepted);
    }

    [Fact]
    public async Task Outcomes_do_not_tell_which_names_the_internal_dns_knows()
    {
        // This machine's name leads to an address that is not public, as a name of an internal DNS does.
        var known = Dns.GetHostName();
        Assert.DoesNotContain(await Dns.GetHostAddressesAsync(known), PublicInternet.Contains);
        await using var server = await GatewayServer.StartAsync(_ => Task.CompletedTask, tls: false);
        await using var application = await WebhookApplication.StartFrozenAsync(options =>
            (options.AllowPrivateNetworks, options.ConnectTimeout) = (false, TimeSpan.FromSeconds(5))
        );
        string[] targets =
        [
            $"http://{known}:{server.Address.Port}/",
            $"https://{known}:{server.Address.Port}/",
            $"http://{known}:{FreePort.Next()}/",
            $"http://{known.ToUpperInvariant()}./hook",
            "http://nobody.invalid/",
            "https://nobody.invalid:8443/",
            $"http://{new string('a', 64)}.example/",
        ];

        var outcomes = new List<(OutcomeKind, string?, DeliveryState)>();
        foreach (var target in targets)
        {
            var delivery = await application.SendAsync(target);
            var attempt = Assert.Single(delivery.Attempts);
            outcomes.Add((attempt.Outcome, attempt.Reason, delivery.State));
        }

        Assert.All(outcomes, outcome =>
            Assert.Equal((OutcomeKind.Retry, "the endpoint could not be reached", DeliveryState.Pending), outcome)
        );
        Assert.Equal(0, server.ConnectionsAccepted);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, SocketError.HostNotFound)]
    [InlineData(HttpRequestError.NameResolutionError, SocketError.NoData)]
    [InlineData(HttpRequestError.NameResolutionError, SocketError.TryAgain)]
    [InlineData(HttpRequestError.ConnectionError, SocketError.ConnectionRefused)]
    [InlineData(HttpRequestError.ConnectionError, SocketError.HostUnreachable)]
    [InlineData(HttpRequestError.ConnectionError, SocketError.NetworkUnreachable)]
    [InlineData(HttpRequestError.ConnectionError, SocketError.TimedOut)]
    public void Failures_to_connect_differ_only_in_the_operators_log(HttpRequestError error, SocketError cause)
    {
        var failure = new HttpRequestException(error, inner: new SocketException((int)cause));

        var outcome = PublicInternetConnections.CreateOutcome(null, failure, out var detail);

        Assert.Equal((OutcomeKind.Retry, "the endpoint could not be reached"), (outcome.Kind, outcome.Reason));
        Assert.Equal($"connection failed ({cause})", detail);
    }

    [Fact]
    public void A_failure_after_the_connection_was_made_keeps_its_reason()
    {
        var outcome = PublicInternetConnections.CreateOutcome(
            null,
            new HttpRequestException(HttpRequestError.SecureConnectionError),
            out var detail
        );

        Assert.Equal("connection failed (SecureConnectionError)", outcome.Reason);
        Assert.Null(detail);
    }

    [Theory]
    [InlineData("/hook/%7Eada/%41")]
    [InlineData("/hook/%7e?q=%41%2f%2B")]
    [InlineData("/hook/~ada?key=%E2%82%AC&x=a+b%20c")]
    [InlineData("/a/../b/./c//d")]
    [InlineData("/hook?redirect=https://example.org/%7E")]
    [InlineData("/hook/;v=1,2/!$&'()*")]
    public async Task The_url_is_called_as_it_was_given(string target)
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartFrozenAsync();

        var delivery = await application.SendAsync($"http://127.0.0.1:{endpoint.Port}{target}");

        Assert.Equal(OutcomeKind.Sent, Assert.Single(delivery.Attempts).Outcome);
        Assert.Equal(target, Assert.Single(endpoint.Requests).Target);
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData("?q=1", "/?q=1")]
    [InlineData("/hook#part", "/hook")]
    [InlineData("/%7E#part?%41", "/%7E")]
    [InlineData("/h\u00e4lsning", "/h%C3%A4lsning")]
    public async Task What_no_request_line_can_carry_is_written_as_it_can(string given, string target)
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartFrozenAsync();

        await application.SendAsync($"http://127.0.0.1:{endpoint.Port}{given}");

        Assert.Equal(target, Assert.Single(endpoint.Requests).Target);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = await GatewayServer.StartAsync(_ => Task.CompletedTask, tls: false);
        await using var endpoint = await Endpoint.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = elsewhere.Address.ToString();
        });
        await using var application = await WebhookApplication.StartFrozenAsync();

        var delivery = await application.SendAsync(endpoint.Url);

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal((OutcomeKind.Retry, $"HTTP {status}"), (attempt.Outcome, attempt.Reason));
        Assert.Single(endpoint.Requests);
        Assert.Equal(0, elsewhere.ConnectionsAccepted);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        await using var endpoint = await Endpoint.StartAsync(context => context.Response.Headers.SetCookie = "a=b; Path=/");
        await using var application = await WebhookApplication.StartFrozenAsync();

        await application.SendAsync(endpoint.Url);
        await application.SendAsync(endpoint.Url);

        Assert.Equal(2, endpoint.Requests.Count);
        Assert.All(endpoint.Requests, request => Assert.DoesNotContain("Cookie", request.Headers.Keys));
    }

    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("9.255.255.255", true)]
    [InlineData("11.0.0.0", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("100.64.0.0", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("168.63.129.15", true)]
    [InlineData("168.63.129.16", false)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("223.255.255.255", true)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::1.1.1.1", true)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("64:ff9b:1::1.1.1.1", false)]
    public void The_public_internet_is_told_from_the_rest(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicInternet.Contains(IPAddress.Parse(address)));
}
