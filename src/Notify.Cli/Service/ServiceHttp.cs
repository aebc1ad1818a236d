using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Notify.Cli.Profiles;
using Notify.Client;
using Notify.Client.Calls;

namespace Notify.Cli.Service;

/// <summary>
/// Calls the HTTP API where the interfaces of the client have no method: it sends parts of files, and reads diagnostics.
/// </summary>
internal sealed class ServiceHttp : IDisposable
{
    private const int MaxTries = 6;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly Connection _connection;
    private readonly string _tenant;
    private readonly TimeProvider _time;

    public ServiceHttp(Connection connection, string tenant, TimeProvider time)
    {
        (_connection, _tenant, _time) = (connection, tenant, time);
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends a request once, and returns whatever the service answers.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken
    )
    {
        using var request = ServiceRequest.Create(method, path, _tenant);
        request.RequestUri = ServiceCalls.GetUri(_connection.Address, request.RequestUri!);
        request.Content = content;
        if (_connection.Key is { } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends a body, and sends it again if the service is overloaded, restarts or cannot be reached. The call must have the same
    /// effect when it is repeated.
    /// </summary>
    public async Task<TAnswer> PostRepeatedlyAsync<TAnswer>(
        string path,
        Func<HttpContent> open,
        JsonTypeInfo<TAnswer> type,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            TimeSpan? pause;
            try
            {
                using var content = open();
                using var response = await SendAsync(HttpMethod.Post, path, content, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode || tries == MaxTries || !IsTemporary(response))
                    return await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
                pause = response.Headers.RetryAfter?.Delta;
            }
            catch (HttpRequestException) when (tries < MaxTries)
            {
                pause = null;
            }

            var wait = pause ?? TimeSpan.FromMilliseconds(250 * Math.Pow(2, tries));
            await Task.Delay(wait < LongestPause ? wait : LongestPause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="NotifyServiceException">The service refused the call.</exception>
    public static async Task<TAnswer> ReadAsync<TAnswer>(
        HttpResponseMessage response,
        JsonTypeInfo<TAnswer> type,
        CancellationToken cancellationToken
    )
    {
        await ServiceCalls.ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
        var json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize(json, type) ?? throw new JsonException();
    }

    public void Dispose() => _client.Dispose();

    private static bool IsTemporary(HttpResponseMessage response) => (int)response.StatusCode is 408 or 429 or >= 500;
}
