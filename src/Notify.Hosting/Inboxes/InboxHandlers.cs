using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Inboxes;

/// <summary>Handles the requests that backends and browsers have in common.</summary>
internal static class InboxHandlers
{
    private static readonly Dictionary<string, InboxFilter> Filters = new(StringComparer.Ordinal)
    {
        ["current"] = InboxFilter.Current,
        ["unread"] = InboxFilter.Unread,
        ["archived"] = InboxFilter.Archived,
    };

    public static async Task<IResult> ListAsync(HttpContext context, IInboxes inboxes)
    {
        var errors = new FieldErrors();
        var filter = InboxFilter.Current;
        var page = RequestPage.Read(context.Request, errors, field =>
        {
            if (field.Name == "filter")
                filter = field.GetOne(Filters) ?? filter;
            else
                field.Unknown("filter", "after", "limit");
        });
        var after = page.After?.Text() ?? "";
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var owner = InboxOwner.From(context);
        var found = await inboxes
            .ListAsync(
                owner.Tenant,
                owner.UserId,
                filter,
                new PageRequest { After = after, Limit = page.Limit },
                context.RequestAborted
            )
            .ConfigureAwait(false);
        return TypedResults.Json(
            new InboxView([.. found.Items.Select(InboxItemView.Create)], RequestPage.NextAfter(context.Request, found)),
            InboxJson.Default.InboxView
        );
    }

    public static async Task<IResult> CountUnreadAsync(HttpContext context, IInboxes inboxes)
    {
        var owner = InboxOwner.From(context);
        var unread = await inboxes.CountUnreadAsync(owner.Tenant, owner.UserId, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(InboxUnreadView.Create(unread), InboxJson.Default.InboxUnreadView);
    }

    public static Task<IResult> MarkAsync(HttpContext context, IInboxes inboxes) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var (mark, ids) = InboxMarkReader.Read(body);
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var owner = InboxOwner.From(context);
            var changed = await inboxes
                .MarkAsync(owner.Tenant, owner.UserId, mark, ids, context.RequestAborted)
                .ConfigureAwait(false);
            return TypedResults.Json(new InboxChangedView(changed), InboxJson.Default.InboxChangedView);
        });
}
