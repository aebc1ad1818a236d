using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Notifications;

/// <summary><c>POST /v1/notifications</c>: reads a trigger, and answers 202 when the notification is durable.</summary>
internal static class TriggerEndpoint
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, INotifier notifier, IOptions<NotificationsApiOptions> options)
    {
        if (!RequestBody.IsJson(context.Request))
            return Problem.NotJson();
        if (await RequestBody.ReadAsync(context, options.Value.MaxBodyBytes).ConfigureAwait(false) is not { } bytes)
            return Problem.BodyTooLarge(options.Value.MaxBodyBytes);
        if (!Utf8.IsValid(bytes.Span))
            return Problem.NotUtf8();

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException exception)
        {
            return Problem.InvalidJson(exception);
        }

        using (document)
            return await TriggerAsync(context, notifier, document.RootElement).ConfigureAwait(false);
    }

    private static async Task<IResult> TriggerAsync(HttpContext context, INotifier notifier, JsonElement json)
    {
        var body = TriggerBody.Read(json, TenantOf(context.Request), Header(context.Request, TriggerBody.IdempotencyKeyHeader));
        if (body.Errors.Any)
        {
            body.Add(notifier.Validate(body.Trigger));
            return Problem.InvalidFields(body.Errors.ToDictionary());
        }

        try
        {
            var result = await notifier.TriggerAsync(body.Trigger, context.RequestAborted).ConfigureAwait(false);
            return Accepted(context.Request, result);
        }
        catch (InvalidRequestException exception)
        {
            body.Add(exception.Errors);
            return Problem.InvalidFields(body.Errors.ToDictionary());
        }
        catch (IdempotencyConflictException exception)
        {
            return Problem.IdempotencyConflict(exception.ExistingId);
        }
    }

    public static string TenantOf(HttpRequest request) => Header(request, TriggerBody.TenantHeader) ?? Trigger.DefaultTenant;

    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var values) && !StringValues.IsNullOrEmpty(values) ? values.ToString() : null;

    private static IResult Accepted(HttpRequest request, TriggerResult result)
    {
        var url = $"{request.PathBase}{request.Path}".TrimEnd('/') + $"/{result.Id}";
        return TypedResults.Accepted(url, new AcceptedView(result.Id, result.IsDuplicate, url));
    }
}
