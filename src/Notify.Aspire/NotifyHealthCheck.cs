using System.Net.Http.Headers;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Notify.Client;

namespace Notify.Aspire;

/// <summary>Asks the service whether it is ready.</summary>
internal sealed class NotifyHealthCheck(IHttpClientFactory clients, IOptionsMonitor<NotifyClientOptions> options) : IHealthCheck
{
    /// <summary>The name of the HTTP client, which does not repeat a call: the health check itself is repeated.</summary>
    public const string ClientName = "Notify.Health";

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var service = options.CurrentValue;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{service.Address!.AbsoluteUri.TrimEnd('/')}/health/ready");
        if (service.ApiKey is { } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var client = clients.CreateClient(ClientName);
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? HealthCheckResult.Healthy()
                : Fail(context, $"The Notify service answered {(int)response.StatusCode}.", null);
        }
        catch (HttpRequestException exception)
        {
            return Fail(context, "The Notify service could not be reached.", exception);
        }
    }

    private static HealthCheckResult Fail(HealthCheckContext context, string description, Exception? exception) =>
        new(context.Registration.FailureStatus, description, exception);
}
