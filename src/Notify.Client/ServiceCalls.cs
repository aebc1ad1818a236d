using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Notify.Client.Answers;

namespace Notify.Client;

/// <summary>Calls the service, with its address and key.</summary>
internal sealed class ServiceCalls(IHttpClientFactory clients, IOptionsMonitor<NotifyClientOptions> options, TimeProvider time)
{
    private const string TenantHeader = "X-Notify-Tenant";

    /// <summary>Creates a request. The default tenant means the tenant of the key, so that it needs no header.</summary>
    public static HttpRequestMessage Post(string path, string tenant)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        if (tenant != Trigger.DefaultTenant)
            request.Headers.TryAddWithoutValidation(TenantHeader, tenant);
        return request;
    }

    /// <summary>Creates an idempotency key for a trigger without one.</summary>
    public string CreateKey() => Guid.CreateVersion7(time.GetUtcNow()).ToString();

    /// <summary>Waits before a request is sent again.</summary>
    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) => Task.Delay(pause, time, cancellationToken);

    /// <summary>Sends a request to the service.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        request.RequestUri = GetUri(current.Address!, request.RequestUri!);
        if (current.ApiKey is { } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var client = clients.CreateClient(RemoteNotifier.ClientName);
        return await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the answer.</summary>
    /// <exception cref="InvalidRequestException">The service refused a field of the call.</exception>
    /// <exception cref="IdempotencyConflictException">The idempotency key was already used with a different body.</exception>
    /// <exception cref="NotifyServiceException">The service refused the call for another reason.</exception>
    public static async ValueTask<TAnswer> ReadAsync<TAnswer>(
        HttpResponseMessage response,
        JsonTypeInfo<TAnswer> type,
        CancellationToken cancellationToken
    )
    {
        if (!response.IsSuccessStatusCode)
            throw await ProblemAnswer.ReadExceptionAsync(response, cancellationToken).ConfigureAwait(false);

        var json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(json, type)!;
        }
        catch (JsonException)
        {
            throw new NotifyServiceException(
                (int)response.StatusCode,
                null,
                "The answer is not that of a Notify service. Check NotifyClientOptions.Address."
            );
        }
    }

    // The address may have a path, which the last segment of a relative URL would replace.
    private static Uri GetUri(Uri address, Uri path) => new($"{address.AbsoluteUri.TrimEnd('/')}/{path}");
}
