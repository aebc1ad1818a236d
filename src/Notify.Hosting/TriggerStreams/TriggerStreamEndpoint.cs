using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.TriggerStreams;

/// <summary>
/// <c>POST /v1/notifications/stream</c>: accepts a trigger per line, without a limit on their number, and answers with a result
/// per line while it reads.
/// </summary>
internal static class TriggerStreamEndpoint
{
    /// <summary>The results to write: all, or only those of lines that failed, and a summary.</summary>
    public static readonly IReadOnlyDictionary<string, bool> Results = new Dictionary<string, bool>(StringComparer.Ordinal)
    {
        ["all"] = false,
        ["failed"] = true,
    };

    private const string Path = "/v1/notifications/stream";

    /// <summary>The maximum length of the key of a stream, which leaves space for the number of a line.</summary>
    private const int MaxKeyLength = 230;

    public static void MapTriggerStream(this RouteGroupBuilder group)
    {
        group.MapPost(Path, Open).ReadsQuery().Describe(TriggerStreamOperations.Stream);
        group.MapOtherMethods(Path, "POST");
    }

    private static IResult Open(
        HttpContext context,
        INotifier notifier,
        IHostApplicationLifetime lifetime,
        ILogger<TriggerStream> logger
    )
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var limits = context.GetEndpoint()!.Metadata.GetRequiredMetadata<BodyLimits>();
        var key = ReadKey(request, errors);
        var onlyFailed = ReadResults(request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);
        if (!JsonLines.AreIn(request))
            return Problem.NotLines();
        if (RequestBody.IsEncoded(request))
            return Problem.Encoded(context.Response);

        var source = new TriggerLineReader(
            notifier,
            RequestValues.GetTenant(request),
            RequestValues.GetKind(request),
            key,
            limits.MaxBytes
        );
        var limit = context.GetEndpoint()!.Metadata.GetRequiredMetadata<TriggerStreamLimit>().Streams;
        return limit.TryEnter(context) is { } entry
            ? new TriggerStream(entry, notifier, source, limits, onlyFailed, logger, lifetime.ApplicationStopping)
            : Problem.TooManyStreams(limit.Max);
    }

    private static string? ReadKey(HttpRequest request, FieldErrors errors)
    {
        var key = IdempotencyKey.Read(request);
        if (key?.Length > MaxKeyLength)
            errors.Add(IdempotencyKey.Header, FieldErrorCodes.TooLong, $"Use at most {MaxKeyLength} characters for a stream.");
        return key;
    }

    private static bool ReadResults(HttpRequest request, FieldErrors errors)
    {
        var onlyFailed = false;
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            if (field.Name == "results")
                onlyFailed = field.GetOne(Results) ?? false;
            else
                field.Unknown("results");
        }

        return onlyFailed;
    }
}

/// <summary>Endpoint metadata that limits the number of open streams of triggers per API key.</summary>
internal sealed record TriggerStreamLimit(StreamLimit Streams);
