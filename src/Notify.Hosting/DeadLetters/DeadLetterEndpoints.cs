using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Core.Queries;
using Notify.Hosting.Authentication;
using Notify.Hosting.Notifications;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.DeadLetters;

/// <summary><c>/v1/dead-letters</c>: lists and replays deliveries that ended without being sent.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/dead-letters", ListAsync).ReadsQuery().Describe(DeadLetterOperations.List);
        group.MapOtherMethods("/v1/dead-letters", "GET, HEAD");
    }

    public static void MapReplay(this RouteGroupBuilder group)
    {
        group
            .MapPost("/v1/dead-letters/replay", ReplayEndpoint.HandleAsync)
            .Describe(DeadLetterOperations.Replay)
            .Audit("dead letters replayed", answer => answer is ReplayView { DryRun: false });
        group.MapOtherMethods("/v1/dead-letters/replay", "POST");
    }

    private static async Task<IResult> ListAsync(HttpContext context, INotificationQueries queries)
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var filter = new DeadLetterFilter { Tenant = RequestValues.GetTenant(request) };
        var page = RequestPage.Read(request, errors, field =>
            filter = DeadLetterFilterReader.Read(filter, field, "after", "limit")
        );
        var requested = new PageRequest { After = page.After?.Text() ?? "", Limit = page.Limit };
        if (errors.Any)
        {
            // The query itself finds these, but not the errors above.
            var others = new List<FieldError>(queries.Validate(filter));
            QueryRules.CheckDeadLetterPage(others, requested);
            errors.Add(others);
            return Problem.InvalidFields(errors);
        }

        var found = await queries.ListDeadLettersAsync(filter, requested, context.RequestAborted).ConfigureAwait(false);
        var count = await DeadLetterCount.FindAsync(queries, filter, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(
            new DeadLettersView(count, [.. found.Items.Select(DeliveryView.Create)], RequestPage.NextAfter(request, found)),
            DeadLettersJson.Default.DeadLettersView
        );
    }
}

/// <summary>A page of dead letters and the total number that match the filter; null if counting would take too long.</summary>
internal sealed record DeadLettersView(long? Count, IReadOnlyList<DeliveryView> Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(DeadLettersView))]
[JsonSerializable(typeof(ReplayView))]
internal sealed partial class DeadLettersJson : JsonSerializerContext;
