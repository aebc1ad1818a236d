using System.Net;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests the port on which an orchestrator and Prometheus need no key.</summary>
public sealed class ManagementPortTests : IAsyncLifetime
{
    private readonly int _port = FreePort.Next();
    private readonly HttpClient _management = new();
    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _management.BaseAddress = new Uri($"http://127.0.0.1:{_port}");
        _app = await ApiApplication.StartAsync(
            options =>
            {
                options.ApiKeys.Add("the-key-of-the-api");
                options.ManagementPort = _port;
            },
            application: app => app.Urls.Add($"http://127.0.0.1:{_port}")
        );
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Management_endpoints_need_the_key_on_all_other_ports(string path)
    {
        using var asked = await _management.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);

        using var claimed = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = $"127.0.0.1:{_port}" } };
        using var refused = await _app.Client.SendAsync(claimed);
        await refused.ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/v1/analytics/deliveries")]
    [InlineData("/v1/dead-letters")]
    [InlineData("/v1/users/nobody")]
    [InlineData("/v1/sandbox/messages")]
    public async Task The_management_port_serves_nothing_else_even_with_the_key(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Headers = { Authorization = new("Bearer", "the-key-of-the-api") },
        };

        using var answer = await _management.SendAsync(request);

        await answer.ProblemAsync(HttpStatusCode.NotFound);
    }

    public async ValueTask DisposeAsync()
    {
        _management.Dispose();
        await _app.DisposeAsync();
    }
}
