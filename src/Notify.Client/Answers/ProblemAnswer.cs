using System.Text.Json;
using Notify.Client.Requests;

namespace Notify.Client.Answers;

/// <summary>A problem document (RFC 9457) of the service.</summary>
internal sealed record ProblemAnswer(string? Code, string? Title, string? Detail, Guid? ExistingId)
{
    public IReadOnlyList<FieldErrorAnswer>? Errors { get; init; }

    /// <summary>Creates the exception for an answer that is not a success.</summary>
    public static async ValueTask<Exception> ReadExceptionAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        return CreateException(
            (int)response.StatusCode,
            problem?.Code,
            problem?.Detail ?? problem?.Title ?? GetRedirect(response) ?? response.ReasonPhrase,
            problem?.ExistingId,
            problem?.Errors
        );
    }

    /// <summary>Creates the exception that an application which embeds Notify would get.</summary>
    public static Exception CreateException(
        int status,
        string? code,
        string? detail,
        Guid? existingId,
        IReadOnlyList<FieldErrorAnswer>? errors
    )
    {
        if (code == ProblemCodes.InvalidRequest && errors is { Count: > 0 })
            return new InvalidRequestException([.. errors.Select(error => error.CreateError())]);
        if (code == ProblemCodes.IdempotencyKeyReused && existingId is { } id)
            return new IdempotencyConflictException(id);
        return new NotifyServiceException(
            status,
            code,
            $"The service answered {status} ({code ?? "no code"}). {detail}".TrimEnd()
        );
    }

    private static string? GetRedirect(HttpResponseMessage response) =>
        (int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location
            ? $"It redirects to {location}. Set NotifyClientOptions.Address to the address that does not."
            : null;

    private static async ValueTask<ProblemAnswer?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return null;

        var json = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(json, AnswerJson.Default.ProblemAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>An invalid field.</summary>
internal sealed record FieldErrorAnswer(string Field, string Code, string Message)
{
    /// <summary>Creates the error with the field as an application that embeds Notify sees it.</summary>
    public FieldError CreateError() => new(GetField(Field), Code, Message);

    private static string GetField(string field)
    {
        if (
            !field.StartsWith("to[", StringComparison.Ordinal)
            || field.IndexOf("].", StringComparison.Ordinal) is not (> 0 and var end)
        )
            return field;
        return RecipientWriter.Members.Contains(field[(end + 2)..]) ? field[..(end + 1)] : field;
    }
}
