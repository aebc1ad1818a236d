using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Notify.Client.Answers;
using Polly;

namespace Notify.Client.Calls;

/// <summary>Calls the service, with its address and key.</summary>
internal sealed class ServiceCalls(IHttpClientFactory clients, IOptionsMonitor<NotifyClientOptions> options, TimeProvider time)
{
    /// <summary>The name of the HTTP client.</summary>
    public const string ClientName = "Notify";

    /// <summary>Creates an idempotency key for a call without one.</summary>
    public string CreateKey() => Guid.CreateVersion7(time.GetUtcNow()).ToString();

    /// <summary>Waits before a request is sent again.</summary>
    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) => Task.Delay(pause, time, cancellationToken);

    /// <summary>Sends a request to the service.</summary>
    /// <exception cref="HttpRequestException">The service could not be reached, or did not answer in time.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead
    )
    {
        var current = options.CurrentValue;
        request.RequestUri = GetUri(current.Address!, request.RequestUri!);
        if (current.ApiKey is { } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (completion == HttpCompletionOption.ResponseContentRead)
            AnswerBuffer.Request(request);
        using var client = clients.CreateClient(ClientName);
        try
        {
            return await client.SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        }
        catch (ExecutionRejectedException exception)
        {
            // All attempts timed out, or the circuit is open.
            throw new HttpRequestException(exception.Message, exception);
        }
    }

    /// <summary>Makes a call and ignores the body of the answer.</summary>
    public async Task CallAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var sent = request;
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a call.</summary>
    /// <returns>The answer.</returns>
    public async Task<TAnswer> CallAsync<TAnswer>(
        HttpRequestMessage request,
        JsonTypeInfo<TAnswer> type,
        CancellationToken cancellationToken
    )
    {
        using var sent = request;
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a call that concerns one thing.</summary>
    /// <returns>The answer with its version; null if the thing does not exist.</returns>
    public async Task<ServiceAnswer<TAnswer>?> FindAsync<TAnswer>(
        HttpRequestMessage request,
        JsonTypeInfo<TAnswer> type,
        CancellationToken cancellationToken
    )
        where TAnswer : class
    {
        using var sent = request;
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
            return new ServiceAnswer<TAnswer>(answer, ReadVersion(response));
        }
        catch (NotifyServiceException exception) when (exception.Code == ProblemCodes.NotFound)
        {
            return null;
        }
    }

    /// <summary>Makes a call that changes one thing, perhaps under a precondition.</summary>
    /// <param name="request">The request.</param>
    /// <param name="type">The type of the answer, which may have no body.</param>
    /// <param name="done">The status of a change that was made.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The status, and the answer with its version if the change was made.</returns>
    public async Task<ChangeAnswer<TAnswer>> ChangeAsync<TAnswer>(
        HttpRequestMessage request,
        JsonTypeInfo<TAnswer> type,
        ChangeStatus done,
        CancellationToken cancellationToken
    )
        where TAnswer : class
    {
        using var sent = request;
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
            var status = response.StatusCode == System.Net.HttpStatusCode.Created ? ChangeStatus.Created : done;
            var answer = response.Content.Headers.ContentType is null
                ? null
                : await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
            return new ChangeAnswer<TAnswer>(status, answer, ReadVersion(response));
        }
        catch (NotifyServiceException exception) when (exception.Code == ProblemCodes.NotFound)
        {
            return new ChangeAnswer<TAnswer>(ChangeStatus.NotFound, null, null);
        }
        catch (NotifyServiceException exception) when (exception.Code == ProblemCodes.PreconditionFailed)
        {
            return new ChangeAnswer<TAnswer>(ChangeStatus.PreconditionFailed, null, null);
        }
    }

    /// <summary>Removes one thing, perhaps under a precondition.</summary>
    /// <returns>Removed, not found or precondition failed.</returns>
    public async Task<ChangeStatus> RemoveAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await ChangeAsync(request, AnswerJson.Default.ProblemAnswer, ChangeStatus.Removed, cancellationToken)
            .ConfigureAwait(false);
        return answer.Status;
    }

    /// <summary>Reads all pages of a list.</summary>
    /// <param name="createRequest">Creates the request for the page after a position, which is empty for the first page.</param>
    /// <param name="type">The type of a page.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async Task<IReadOnlyList<TPage>> ReadPagesAsync<TPage>(
        Func<string, HttpRequestMessage> createRequest,
        JsonTypeInfo<TPage> type,
        CancellationToken cancellationToken
    )
        where TPage : class, IPageAnswer
    {
        List<TPage> pages = [];
        for (var after = ""; ; )
        {
            var page = await CallAsync(createRequest(after), type, cancellationToken).ConfigureAwait(false);
            pages.Add(page);
            if (CallPath.ReadAfter(page.Next) is not { } next)
                return pages;
            after = next;
        }
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
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
        var json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw CreateStranger(response);
        }
        catch (JsonException)
        {
            throw CreateStranger(response);
        }
    }

    /// <summary>Throws the exception for an answer that is not a success.</summary>
    public static async ValueTask ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
            throw await ProblemAnswer.ReadExceptionAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates the exception for an answer that cannot be read.</summary>
    public static NotifyServiceException CreateStranger(HttpResponseMessage response) =>
        new((int)response.StatusCode, null, "The answer is not that of a Notify service. Check NotifyClientOptions.Address.");

    private static string? ReadVersion(HttpResponseMessage response) => response.Headers.ETag?.Tag.Trim('"');

    /// <summary>
    /// Creates the URL of a call. The address may have a path, whose last segment a relative URL would replace.
    /// </summary>
    public static Uri GetUri(Uri address, Uri path) => new($"{address.AbsoluteUri.TrimEnd('/')}/{path}");
}

/// <summary>An answer and its version, if the service gives one.</summary>
internal sealed record ServiceAnswer<TAnswer>(TAnswer Value, string? Version);

/// <summary>The answer to a change.</summary>
internal sealed record ChangeAnswer<TAnswer>(ChangeStatus Status, TAnswer? Value, string? Version)
    where TAnswer : class
{
    /// <summary>Creates the result.</summary>
    /// <param name="value">The changed thing, which is left out if the change was not made.</param>
    /// <param name="warnings">The warnings of the service.</param>
    public ChangeResult<T> CreateResult<T>(T? value, IReadOnlyList<FieldWarning>? warnings = null)
        where T : class =>
        new()
        {
            Status = Status,
            Value = Status is ChangeStatus.NotFound or ChangeStatus.PreconditionFailed ? null : value,
            Version = Version,
            Warnings = warnings ?? [],
        };
}
