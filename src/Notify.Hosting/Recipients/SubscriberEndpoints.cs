using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Recipients;

/// <summary><c>/v1/topics/{topic}/subscribers</c>: subscribes, unsubscribes and lists the users of a topic.</summary>
internal static class SubscriberEndpoints
{
    public static Task<IResult> SubscribeAsync(HttpContext context, IRecipientDirectory directory) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            try
            {
                await directory
                    .SubscribeAsync(
                        RequestValues.Route(context.Request, "topic"),
                        ReadUsers(body),
                        RequestValues.GetTenant(context.Request),
                        context.RequestAborted
                    )
                    .ConfigureAwait(false);
                return TypedResults.NoContent();
            }
            catch (InvalidRequestException exception)
            {
                body.Errors.Add(exception.Errors.Select(MapPath));
                return Problem.InvalidFields(body.Errors);
            }
        });

    public static Task<IResult> UnsubscribeAsync(HttpContext context, ITopicStore topics) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var users = ReadUsers(body);
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            await topics
                .UnsubscribeAsync(
                    RequestValues.GetTenant(context.Request),
                    RequestValues.Route(context.Request, "topic"),
                    users,
                    context.RequestAborted
                )
                .ConfigureAwait(false);
            return TypedResults.NoContent();
        });

    public static async Task<IResult> ListAsync(HttpContext context, ITopicStore topics)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors);
        var after = page.After?.Text() ?? "";
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var (tenant, topic) = (RequestValues.GetTenant(context.Request), RequestValues.Route(context.Request, "topic"));
        var count = await topics.CountAsync(tenant, topic, context.RequestAborted).ConfigureAwait(false) ?? 0;
        var users = await topics.ListAsync(tenant, topic, after, page.FetchCount, context.RequestAborted).ConfigureAwait(false);
        var next = page.Next(context.Request, users, user => user);
        return TypedResults.Json(
            new SubscribersView(count, [.. users.Take(page.Limit)], next),
            RecipientsJson.Default.SubscribersView
        );
    }

    public static async Task<IResult> ListTopicsAsync(HttpContext context, ITopicStore topics)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await topics
            .ListTopicsAsync(
                RequestValues.GetTenant(context.Request),
                page.Prefix,
                page.After,
                page.FetchCount,
                context.RequestAborted
            )
            .ConfigureAwait(false);
        var (items, next) = page.Take(found, topic => topic);
        return TypedResults.Json(
            new TopicsView([.. items.Select(topic => new TopicView(topic))], next),
            RecipientsJson.Default.TopicsView
        );
    }

    // An item that is not a string becomes null, which the directory refuses together with all other errors.
    private static List<string> ReadUsers(JsonField body) => [.. body.Items().Select(item => item.Text()!)];

    // The directory names the list userIds. Here the body itself is the list, so the paths are mapped.
    private static FieldError MapPath(FieldError error) =>
        error.Field switch
        {
            "userIds" => error with { Field = JsonField.RootPath },
            var field when field.StartsWith("userIds[", StringComparison.Ordinal) => error with
            {
                Field = field["userIds".Length..],
            },
            _ => error,
        };
}
