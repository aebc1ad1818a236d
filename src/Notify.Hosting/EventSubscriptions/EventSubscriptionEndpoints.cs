using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.EventSubscriptions;

/// <summary>
/// <c>/v1/event-subscriptions</c>: creates, lists, shows, replaces, deletes and tests the endpoints that receive a tenant's
/// events.
/// </summary>
internal static class EventSubscriptionEndpoints
{
    private const string Resource = "event subscription";

    public static void MapEventSubscriptions(this RouteGroupBuilder group)
    {
        const string All = "/v1/event-subscriptions";
        const string One = $"{All}/{{id}}";
        group.MapGet(All, ListAsync).ReadsQuery().Describe(EventSubscriptionOperations.List);
        group.MapPost(All, CreateAsync).Describe(EventSubscriptionOperations.Create).Audit("event subscription created");
        group.MapOtherMethods(All, "GET, HEAD, POST");
        group.MapGet(One, FindAsync).Describe(EventSubscriptionOperations.Get);
        group.MapPut(One, ReplaceAsync).Describe(EventSubscriptionOperations.Replace).Audit("event subscription replaced");
        group.MapDelete(One, DeleteAsync).Describe(EventSubscriptionOperations.Delete).Audit("event subscription deleted");
        group.MapOtherMethods(One, "GET, HEAD, PUT, DELETE");
        group
            .MapPost($"{One}/rotate", RotateAsync)
            .Describe(EventSubscriptionOperations.Rotate)
            .Audit("event subscription secret rotated");
        group.MapOtherMethods($"{One}/rotate", "POST");
        group.MapPost($"{One}/test", TestAsync).Describe(EventSubscriptionOperations.Test).Audit("event subscription tested");
        group.MapOtherMethods($"{One}/test", "POST");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IEventSubscriptions subscriptions)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors).ToRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await subscriptions
            .ListAsync(RequestValues.GetTenant(context.Request), page, context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(
            new EventSubscriptionsView(
                [.. found.Items.Select(EventSubscriptionView.Create)],
                RequestPage.NextAfter(context.Request, found)
            ),
            EventSubscriptionsJson.Default.EventSubscriptionsView
        );
    }

    private static Task<IResult> CreateAsync(HttpContext context, IEventSubscriptions subscriptions) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var draft = EventSubscriptionReader.Read(body, RequestValues.GetTenant(context.Request));
            if (Check(body, subscriptions, draft) is { } invalid)
                return invalid;

            return await CatchAsync(body.Errors, async () =>
                {
                    var issued = await subscriptions.CreateAsync(draft, context.RequestAborted).ConfigureAwait(false);
                    var id = issued.Subscription.Id;
                    context.SetAuditedId($"{id}");
                    context.AddAuditedChange("types", null, string.Join(' ', issued.Subscription.Types));
                    context.Response.Headers.Location = $"{context.Request.PathBase}{context.Request.Path}/{id}";
                    RequestPrecondition.SetVersion(context.Response, issued.Version);
                    return TypedResults.Json(
                        IssuedEventSubscriptionView.Create(issued),
                        EventSubscriptionsJson.Default.IssuedEventSubscriptionView,
                        statusCode: StatusCodes.Status201Created
                    );
                })
                .ConfigureAwait(false);
        });

    private static async Task<IResult> FindAsync(HttpContext context, IEventSubscriptions subscriptions)
    {
        if (
            GetId(context) is not { } id
            || await subscriptions
                .FindAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted)
                .ConfigureAwait(false)
                is not { } found
        )
            return Problem.Unknown(Resource);

        RequestPrecondition.SetVersion(context.Response, found.Version);
        return RequestPrecondition.IsKnown(context.Request, found.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Json(EventSubscriptionView.Create(found.Value), EventSubscriptionsJson.Default.EventSubscriptionView);
    }

    private static Task<IResult> ReplaceAsync(HttpContext context, IEventSubscriptions subscriptions) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var draft = EventSubscriptionReader.Read(body, RequestValues.GetTenant(context.Request));
            var precondition = RequestPrecondition.Read(context.Request, body.Errors);
            if (Check(body, subscriptions, draft) is { } invalid)
                return invalid;
            if (GetId(context) is not { } id)
                return Problem.Unknown(Resource);

            return await CatchAsync(body.Errors, async () =>
                {
                    var result = await subscriptions
                        .ReplaceAsync(id, draft, precondition, context.RequestAborted)
                        .ConfigureAwait(false);
                    if (result.Status == ChangeStatus.NotFound)
                        return Problem.Unknown(Resource);
                    if (result.Status == ChangeStatus.PreconditionFailed)
                        return Problem.PreconditionFailed();

                    context.AddAuditedChange("types", null, string.Join(' ', result.Value!.Types));
                    context.AddAuditedChange("enabled", null, result.Value.IsEnabled ? "true" : "false");
                    RequestPrecondition.SetVersion(context.Response, result.Version);
                    return TypedResults.Json(
                        EventSubscriptionView.Create(result.Value),
                        EventSubscriptionsJson.Default.EventSubscriptionView
                    );
                })
                .ConfigureAwait(false);
        });

    private static async Task<IResult> DeleteAsync(HttpContext context, IEventSubscriptions subscriptions)
    {
        var errors = new FieldErrors();
        var precondition = RequestPrecondition.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);
        if (GetId(context) is not { } id)
            return Problem.Unknown(Resource);

        var status = await subscriptions
            .DeleteAsync(RequestValues.GetTenant(context.Request), id, precondition, context.RequestAborted)
            .ConfigureAwait(false);
        return status switch
        {
            ChangeStatus.NotFound => Problem.Unknown(Resource),
            ChangeStatus.PreconditionFailed => Problem.PreconditionFailed(),
            _ => TypedResults.NoContent(),
        };
    }

    private static async Task<IResult> RotateAsync(HttpContext context, IEventSubscriptions subscriptions) =>
        GetId(context) is not { } id
            ? Problem.Unknown(Resource)
            : await CatchAsync(new FieldErrors(), async () =>
                    await subscriptions
                        .RotateSecretAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted)
                        .ConfigureAwait(false)
                        is { } issued
                        ? TypedResults.Json(
                            IssuedEventSubscriptionView.Create(issued),
                            EventSubscriptionsJson.Default.IssuedEventSubscriptionView
                        )
                        : Problem.Unknown(Resource)
                )
                .ConfigureAwait(false);

    private static async Task<IResult> TestAsync(HttpContext context, IEventSubscriptions subscriptions)
    {
        if (
            GetId(context) is not { } id
            || await subscriptions
                .SendTestAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted)
                .ConfigureAwait(false)
                is not { } notificationId
        )
            return Problem.Unknown(Resource);

        return TypedResults.Json(
            new SentTestView(notificationId),
            EventSubscriptionsJson.Default.SentTestView,
            statusCode: StatusCodes.Status202Accepted
        );
    }

    private static IResult? Check(JsonField body, IEventSubscriptions subscriptions, EventSubscriptionDraft draft)
    {
        if (body.IsObject)
            body.Errors.Add(subscriptions.Validate(draft));
        return body.Errors.Any ? Problem.InvalidFields(body.Errors) : null;
    }

    private static async Task<IResult> CatchAsync(FieldErrors errors, Func<Task<IResult>> change)
    {
        try
        {
            return await change().ConfigureAwait(false);
        }
        catch (InvalidRequestException exception)
        {
            errors.Add(exception.Errors);
            return Problem.InvalidFields(errors);
        }
        catch (NotSupportedException exception)
        {
            return Problem.NotSupported(exception.Message);
        }
    }

    private static Guid? GetId(HttpContext context) =>
        Guid.TryParseExact(RequestValues.Route(context.Request, "id"), "D", out var id) ? id : null;
}
