using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary><c>POST /v1/notifications</c>: accepts a trigger, and returns 202 once the notification is durable.</summary>
internal static class TriggerEndpoint
{
    public static Task<IResult> HandleAsync(HttpContext context, INotifier notifier) =>
        RequestBody.ReadJsonAsync(context, json => TriggerAsync(context, notifier, json));

    private static async Task<IResult> TriggerAsync(HttpContext context, INotifier notifier, JsonField json)
    {
        var request = context.Request;
        var body = TriggerBody.Read(
            json,
            RequestValues.GetTenant(request),
            RequestValues.GetKind(request),
            IdempotencyKey.Read(request)
        );
        if (body.Errors.Any)
        {
            body.Add(notifier.Validate(body.Trigger));
            return Problem.InvalidFields(body.Errors);
        }

        var running = context.GetEndpoint()!.Metadata.GetRequiredMetadata<RunningKeys>();
        var (tenant, key) = (body.Trigger.Tenant, body.Trigger.IdempotencyKey);
        if (key is not null && !running.TryEnter(tenant, key))
            return Problem.IdempotencyKeyInUse(context.Response);

        try
        {
            var result = await notifier.TriggerAsync(body.Trigger, context.RequestAborted).ConfigureAwait(false);
            return CreateAccepted(request, result);
        }
        catch (InvalidRequestException exception)
        {
            body.Add(exception.Errors);
            return Problem.InvalidFields(body.Errors);
        }
        catch (IdempotencyConflictException exception)
        {
            return Problem.IdempotencyKeyReused(exception.ExistingId);
        }
        finally
        {
            if (key is not null)
                running.Exit(tenant, key);
        }
    }

    private static IResult CreateAccepted(HttpRequest request, TriggerResult result)
    {
        var url = $"{request.PathBase}{request.Path}".TrimEnd('/') + $"/{result.Id}";
        return new AcceptedResult(AcceptedView.Create(result, url));
    }
}
