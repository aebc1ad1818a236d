using Notify.Hosting.Authentication;

namespace Notify.Dashboard.Access;

/// <summary>A person who uses the dashboard.</summary>
/// <param name="Caller">The rights in the tenant of the request.</param>
/// <param name="HomeTenant">The tenant of pages whose address names none.</param>
/// <param name="Tenants">The tenants among which the person chooses; empty if there is nothing to choose.</param>
internal sealed record Visitor(Caller Caller, string HomeTenant, IReadOnlyList<string> Tenants)
{
    /// <summary>Creates the visitor for a caller who belongs to one tenant.</summary>
    public static Visitor From(Caller caller) => new(caller, caller.Tenant, []);
}
