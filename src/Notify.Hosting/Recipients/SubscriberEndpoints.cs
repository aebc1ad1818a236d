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
            var users = ReadUsers(body);
            if (!body.IsObject)
                return Problem.InvalidFields(body.Errors);

            try
            {
                return await RunAsync(context, body, () =>
                        directory.SubscribeAsync(
                            RequestValues.Route(context.Request, "topic"),
                            users,
                            RequestValues.GetTenant(context.Request),
                            context.RequestAborted
                        )
                    )
                    .ConfigureAwait(false);
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

            return await RunAsync(context, body, () =>
                    topics
                        .UnsubscribeAsync(
                            RequestValues.GetTenant(context.Request),
                            RequestValues.Route(context.Request, "topic"),
                            users,
                            context.RequestAborted
                        )
                        .AsTask()
                )
                .ConfigureAwait(false);
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
            new SubscribersView(count, [.. users.Take(page.Limit).Select(user => new SubscriberView(user))], next),
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

    private static Task<IResult> RunAsync(HttpContext context, JsonField body, Func<Task> work) =>
        IdempotentCall.RunAsync(context, body, RecipientsJson.Default.Object, async () =>
        {
            await work().ConfigureAwait(false);
            return null;
        });

    // An item that is not a string becomes null, which the directory refuses together with all other errors.
    private static List<string> ReadUsers(JsonField body)
    {
        List<string>? users = null;
        foreach (var field in body.Members())
        {
            if (field.Name == "users")
                users = [.. field.Items().Select(item => item.Text()!)];
            else
                field.Unknown("users");
        }

        if (body.IsObject && users is null)
            body.Missing("users", "Required: the ids of the users.");
        return users ?? [];
    }

    // The directory names the list userIds.
    private static FieldError MapPath(FieldError error) =>
        error.Field.StartsWith("userIds", StringComparison.Ordinal)
            ? error with
            {
                Field = $"users{error.Field["userIds".Length..]}",
            }
            : error;
}
