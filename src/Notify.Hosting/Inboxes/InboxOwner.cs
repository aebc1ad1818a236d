using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Inboxes;

/// <summary>The user whose inbox a request is about: that of its token, or the one that the backend names.</summary>
internal readonly record struct InboxOwner(string Tenant, string UserId)
{
    public static InboxOwner From(HttpContext context) =>
        context.Features.Get<InboxUser>() is { } user
            ? new(user.Tenant, user.UserId)
            : new(RequestValues.GetTenant(context.Request), RequestValues.Route(context.Request, "id"));
}
