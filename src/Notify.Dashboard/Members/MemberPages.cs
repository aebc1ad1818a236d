using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Members;

/// <summary>The people of a tenant who sign in with an identity provider, and their roles.</summary>
internal static class MemberPages
{
    private const string Path = "members";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Admin, ListAsync);
        routes.MapAction($"{Path}/save", ApiScope.Admin, "saveMember", Path, SaveAsync, ListAsync);
        routes.MapAction($"{Path}/{{id}}/remove", ApiScope.Admin, "removeMember", Path, RemoveAsync, ListAsync);
    }

    private static async Task<IResult> ListAsync(PageContext page) =>
        new PageResult<MemberListPage>(
            page,
            await GetMembers(page).ListAsync(page.Tenant, page.GetPage(), page.Aborted).ConfigureAwait(false)
        );

    private static async Task<ActionOutcome> SaveAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var member = new Member
        {
            Tenant = page.Tenant,
            Id = form["id"].ToString().Trim(),
            Name = form["name"].ToString().Trim() is { Length: > 0 } name ? name : null,
            Role = Enum.TryParse<MemberRole>(form["role"], out var role) ? role : MemberRole.Viewer,
        };
        if (member.Id.Length > 0)
            entry.SetResource(member.Id);
        entry.Add(new AuditChange("role", null, $"{member.Role}"));
        var result = await GetMembers(page).SaveAsync(member, default, page.Aborted).ConfigureAwait(false);
        return result.IsSuccess
            ? ActionOutcome.Done(
                Path,
                $"{member.Name ?? member.Id} is a member with the role {$"{member.Role}".ToLowerInvariant()}."
            )
            : ActionOutcome.Refused(Path, "Somebody else changed this member meanwhile. Repeat the change.");
    }

    private static async Task<ActionOutcome> RemoveAsync(PageContext page, AuditEntry entry)
    {
        var id = RequestValues.Route(page.Http.Request, "id");
        var status = await GetMembers(page).RemoveAsync(page.Tenant, id, default, page.Aborted).ConfigureAwait(false);
        return status == ChangeStatus.Removed
            ? ActionOutcome.Done(Path, "The member is removed.")
            : ActionOutcome.Unchanged(Path, "This member does not exist.");
    }

    private static IMembers GetMembers(PageContext page) => page.Http.RequestServices.GetRequiredService<IMembers>();
}
