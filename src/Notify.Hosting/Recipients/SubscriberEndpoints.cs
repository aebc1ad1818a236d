using Microsoft.AspNetCore.Http;
using Notify.Core.Validation;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary><c>/v1/topics/{topic}/subscribers</c>: subscribes, unsubscribes and lists the users of a topic.</summary>
internal static class SubscriberEndpoints
{
    public static Task<IResult> SubscribeAsync(HttpContext context, IRecipients recipients) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var users = ReadUsers(body);
            if (body.Errors.Any)
            {
                body.Errors.Add(users.SelectMany(FindErrors));
                return Problem.InvalidFields(body.Errors);
            }

            try
            {
                return await RunAsync(context, body, () =>
                        recipients.SubscribeAsync(
                            RequestValues.GetTenant(context.Request),
                            RequestValues.Route(context.Request, "topic"),
                            users,
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

    public static Task<IResult> UnsubscribeAsync(HttpContext context, IRecipients recipients) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var users = ReadUsers(body);
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            return await RunAsync(context, body, () =>
                    recipients.UnsubscribeAsync(
                        RequestValues.GetTenant(context.Request),
                        RequestValues.Route(context.Request, "topic"),
                        users,
                        context.RequestAborted
                    )
                )
                .ConfigureAwait(false);
        });

    public static async Task<IResult> ListAsync(HttpContext context, IRecipients recipients)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors);
        var after = page.After?.Text() ?? "";
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var (tenant, topic) = (RequestValues.GetTenant(context.Request), RequestValues.Route(context.Request, "topic"));
        var count = await recipients.CountSubscribersAsync(tenant, topic, context.RequestAborted).ConfigureAwait(false);
        var users = await recipients
            .ListSubscribersAsync(tenant, topic, new PageRequest { After = after, Limit = page.Limit }, context.RequestAborted)
            .ConfigureAwait(false);
        var next = users.Next is { } last ? RequestPage.NextAfter(context.Request, last) : null;
        return TypedResults.Json(
            new SubscribersView(count, [.. users.Items.Select(user => new SubscriberView(user))], next),
            RecipientsJson.Default.SubscribersView
        );
    }

    public static async Task<IResult> ListTopicsAsync(HttpContext context, IRecipients recipients)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await recipients
            .ListTopicsAsync(RequestValues.GetTenant(context.Request), page.ToRequest(), context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(
            new TopicsView([.. found.Items.Select(topic => new TopicView(topic))], page.Next(found.Next)),
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

    // An item that is not a string has its error already.
    private static IEnumerable<FieldError> FindErrors(string? user, int index) =>
        user is not null && Names.FindError($"users[{index}]", user) is { } error ? [error] : [];

    // The directory names the list userIds.
    private static FieldError MapPath(FieldError error) =>
        error.Field.StartsWith("userIds", StringComparison.Ordinal)
            ? error with
            {
                Field = $"users{error.Field["userIds".Length..]}",
            }
            : error;
}
