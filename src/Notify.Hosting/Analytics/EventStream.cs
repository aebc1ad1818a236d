using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Analytics;

/// <summary>
/// <c>GET /v1/events</c>: streams a tenant's events as server-sent events. The first event is <c>ready</c>. A stream continues
/// after the event whose id the header <c>Last-Event-ID</c> contains. <c>missed</c> reports events that are no longer kept.
/// </summary>
internal static class EventStream
{
    private const string LastEventId = "Last-Event-ID";
    private const int MaxTypes = 20;

    public static void MapEvents(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/events", Open).ReadsQuery().Describe(AnalyticsOperations.StreamEvents);
        group.MapOtherMethods("/v1/events", "GET, HEAD");
    }

    private static IResult Open(HttpContext context, IEventFeed feed, IHostApplicationLifetime lifetime)
    {
        var errors = new FieldErrors();
        var watch = Read(context.Request, errors);
        return errors.Any
            ? Problem.InvalidFields(errors)
            : LiveStream.Open(context, lifetime, ended => feed.WatchAsync(watch, ended), CreateWriter(), greeting: "");
    }

    private static EventWatch Read(HttpRequest request, FieldErrors errors)
    {
        var watch = new EventWatch { Tenant = RequestValues.GetTenant(request) };
        // A text that is not an id is an id that nothing has: the stream begins with "missed".
        if (RequestValues.Header(request, LastEventId) is { } last)
            watch = watch with { After = Guid.TryParse(last, out var id) ? id : Guid.Empty };
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            if (field.Name == "types")
                watch = watch with { Types = ReadTypes(field) };
            else
                field.Unknown("types");
        }

        return watch;
    }

    private static string[] ReadTypes(JsonField field)
    {
        if (field.Text() is not { } text)
            return [];

        var types = text.Split(',', StringSplitOptions.TrimEntries);
        if (types.Length > MaxTypes)
            field.Wrong(FieldErrorCodes.TooMany, $"Give at most {MaxTypes} types.");
        else if (!types.All(NotifyEventTypes.IsPattern))
            field.Wrong("Separate types by commas. Write a type as delivery.sent, and all types of a kind as delivery.*.");
        return types;
    }

    private static Action<WatchedEvent, IBufferWriter<byte>> CreateWriter()
    {
        var isReady = false;
        return (watched, output) =>
        {
            if (watched.Event is { } happened)
            {
                LiveStream.Write(
                    output,
                    string.Create(CultureInfo.InvariantCulture, $"id: {happened.Id}\nevent: {happened.Type}\ndata: ")
                );
                // One line of JSON, which all streams share.
                output.Write(happened.ToUtf8Json().Span);
                LiveStream.Write(output, "\n\n");
                return;
            }

            if (watched.HasMissed)
                LiveStream.Write(output, $"event: missed\ndata: {DescribeMissed(watched.Missed)}\n\n");
            // Browsers ignore an event without data, except for its id.
            var data = isReady ? "" : "event: ready\ndata: {}\n";
            LiveStream.Write(output, string.Create(CultureInfo.InvariantCulture, $"id: {watched.Position}\n{data}\n"));
            isReady = true;
        };
    }

    private static string DescribeMissed(long? count) =>
        count is { } known ? string.Create(CultureInfo.InvariantCulture, $$"""{"count":{{known}}}""") : "{}";
}
