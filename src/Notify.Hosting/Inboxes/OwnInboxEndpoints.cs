using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Inboxes;

/// <summary>
/// <c>/v1/inbox</c>: the inbox of the user of a token, for browsers. A token replaces the API key, which a browser must never
/// have.
/// </summary>
internal static class OwnInboxEndpoints
{
    private const string List = "/v1/inbox";
    private const string Unread = "/v1/inbox/unread";
    private const string Mark = "/v1/inbox/mark";
    private const string Events = "/v1/inbox/events";
    private const string Component = "/v1/inbox/notify-inbox.js";

    public static void MapOwnInbox(this RouteGroupBuilder group, IServiceProvider services)
    {
        if (!InboxEndpoints.Exist(services))
            return;

        var inbox = group.MapGroup("").WithMetadata(new UserStreamLimit()).AddEndpointFilter(new InboxOrigins(services));
        var own = inbox.MapGroup("").AddEndpointFilter(new InboxTokenFilter());
        own.MapGet(List, InboxHandlers.ListAsync).ReadsQuery().Describe(InboxOperations.ListOwn);
        own.MapGet(Unread, InboxHandlers.CountUnreadAsync).Describe(InboxOperations.CountOwnUnread);
        own.MapPost(Mark, InboxHandlers.MarkAsync).Describe(InboxOperations.MarkOwn);
        own.MapGet(Events, OpenStream).Describe(InboxOperations.StreamOwn);
        inbox.MapGet(Component, InboxComponent.Show).Describe(InboxOperations.ShowComponent);
        inbox.MapOtherMethods(Component, "GET, HEAD");
        // The filter of the origins answers OPTIONS.
        inbox.MapOtherMethods(List, "GET, HEAD");
        inbox.MapOtherMethods(Unread, "GET, HEAD");
        inbox.MapOtherMethods(Mark, "POST");
        inbox.MapOtherMethods(Events, "GET, HEAD");
    }

    private static IResult OpenStream(HttpContext context, IInboxes inboxes, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        var user = context.Features.GetRequiredFeature<InboxUser>();
        var after = RequestValues.Header(context.Request, "Last-Event-ID");
        return LiveStream.Open(
            context,
            lifetime,
            ended =>
                new ExpiringStream(user.ExpiresAt, time).WatchAsync(
                    cancellation => inboxes.WatchAsync(user.Tenant, user.UserId, after, cancellation),
                    ended
                ),
            Write,
            greeting: ""
        );
    }

    private static void Write(InboxUpdate update, IBufferWriter<byte> output)
    {
        LiveStream.Write(output, $"id: {update.Position}\n");
        if (update.Item is { } item)
        {
            var view = InboxItemView.Create(item);
            Write(output, "item", JsonSerializer.SerializeToUtf8Bytes(view, InboxJson.Default.InboxItemView));
        }
        else if (update.Unread is { } unread)
            Write(
                output,
                "unread",
                JsonSerializer.SerializeToUtf8Bytes(InboxUnreadView.Create(unread), InboxJson.Default.InboxUnreadView)
            );
        else if (update.IsReset)
            Write(output, "reset", "{}"u8);
    }

    private static void Write(IBufferWriter<byte> output, string type, ReadOnlySpan<byte> json)
    {
        LiveStream.Write(output, $"event: {type}\ndata: ");
        output.Write(json);
        LiveStream.Write(output, "\n\n");
    }
}
