using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;

namespace Notify.Dashboard.Auditing;

/// <summary>The audit log: who changed what, from where, and with which outcome.</summary>
internal static class AuditPages
{
    public static void Map(DashboardRoutes routes) => routes.MapPage("audit", ApiScope.Admin, ListAsync);

    private static async Task<IResult> ListAsync(PageContext page)
    {
        var log = page.Http.RequestServices.GetRequiredService<IAuditLog>();
        var errors = new List<FieldError>();
        var query = new AuditQuery
        {
            Tenant = page.Tenant,
            Action = page.GetQuery("action"),
            Actor = page.GetQuery("actor"),
            Resource = page.GetQuery("resource"),
            From = Texts.ParseTime(page.GetQuery("from"), "from", errors),
            To = Texts.ParseTime(page.GetQuery("to"), "to", errors),
        };
        errors.AddRange(log.Validate(query));
        var found =
            errors.Count > 0
                ? new Page<AuditRecord> { Items = [] }
                : await log.ListAsync(query, page.GetPage(), page.Aborted).ConfigureAwait(false);
        var status = errors.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return new PageResult<AuditListPage>(page, new AuditListView(found, errors), status);
    }
}

/// <summary>The model of the audit log.</summary>
internal sealed record AuditListView(Page<AuditRecord> Found, IReadOnlyList<FieldError> Errors);
