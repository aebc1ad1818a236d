using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Inboxes;

/// <summary>
/// <c>/v1/users/{id}/inbox</c> and <c>/v1/users/{id}/inbox-tokens</c>: the inbox of any user, for the backend of an application.
/// They exist if the application calls <c>AddInbox()</c>.
/// </summary>
internal static class InboxEndpoints
{
    private const string List = "/v1/users/{id}/inbox";
    private const string Unread = "/v1/users/{id}/inbox/unread";
    private const string Mark = "/v1/users/{id}/inbox/mark";
    private const string Tokens = "/v1/users/{id}/inbox-tokens";

    public static void MapInboxes(this RouteGroupBuilder group, IServiceProvider services)
    {
        if (!Exist(services))
            return;

        group.MapGet(List, InboxHandlers.ListAsync).ReadsQuery().Describe(InboxOperations.List);
        group.MapOtherMethods(List, "GET, HEAD");
        group.MapGet(Unread, InboxHandlers.CountUnreadAsync).Describe(InboxOperations.CountUnread);
        group.MapOtherMethods(Unread, "GET, HEAD");
        group.MapPost(Mark, InboxHandlers.MarkAsync).Describe(InboxOperations.Mark).Audit("inbox items marked");
        group.MapOtherMethods(Mark, "POST");
        group.MapPost(Tokens, CreateToken).Describe(InboxOperations.CreateToken).Audit("inbox token created");
        group.MapOtherMethods(Tokens, "POST");
    }

    /// <summary>Determines whether the application has inboxes.</summary>
    public static bool Exist(IServiceProvider services) =>
        services.GetService<IServiceProviderIsService>()?.IsService(typeof(IInboxes)) == true;

    private static IResult CreateToken(HttpContext context, IInboxTokens tokens)
    {
        try
        {
            var (tenant, userId) = (RequestValues.GetTenant(context.Request), RequestValues.Route(context.Request, "id"));
            var token = tokens.Create(tenant, userId);
            return TypedResults.Json(new InboxTokenView(token.Value, token.ExpiresAt), InboxJson.Default.InboxTokenView);
        }
        catch (NotSupportedException exception)
        {
            return Problem.NotSupported(exception.Message);
        }
    }
}
