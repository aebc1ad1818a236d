using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Auditing;

/// <summary>Describes the endpoint of the audit log.</summary>
internal static class AuditOperations
{
    public static ApiOperation List { get; } =
        new("listAuditRecords", "audit", "Lists the management calls of a tenant, newest first.")
        {
            Description =
                "A page can have fewer items than its limit although it has a next page. Records are deleted after the retention "
                + "that the host configures, by default 90 days.",
            Scope = ApiScope.Admin,
            Parameters =
            [
                ApiParameter.Query("from", _ => Schema.Time("Called at this time or later.")),
                ApiParameter.Query("to", _ => Schema.Time("Called before this time.")),
                ApiParameter.Query("action", _ => Schema.Text("The id of the operation in this document.", "saveTemplate")),
                ApiParameter.Query("actor", _ => Schema.Text("The id or the name of the key or user that called.", "1")),
                ApiParameter.Query("resource", _ =>
                    Schema.Text("A kind of resource, or one resource.", "templates", "templates/order-shipped")
                ),
                .. ApiParameters.Page,
            ],
            Responses = [ApiResponse.Ok(() => AuditViewJson.Default.AuditView, "A page of the audit log.")],
        };
}
