using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Providers;

namespace Notify.Dashboard.Layout;

/// <summary>The entries of the navigation.</summary>
internal static class Navigation
{
    /// <summary>The path of the page that only an application with the sandbox has.</summary>
    public const string Sandbox = "sandbox";

    private static readonly IReadOnlyList<NavigationEntry> Entries =
    [
        new("", "Overview", ApiScope.Read, "Watch"),
        new("notifications", "Notifications", ApiScope.Read, "Watch"),
        new("live", "Live", ApiScope.Read, "Watch"),
        new("dead-letters", "Dead letters", ApiScope.Read, "Watch"),
        new("providers", "Providers", ApiScope.Read, "Watch"),
        new("jobs", "Jobs", ApiScope.Manage, "Watch"),
        new("templates", "Templates", ApiScope.Read, "Content"),
        new("workflows", "Workflows", ApiScope.Read, "Content"),
        new("users", "Users", ApiScope.Read, "People"),
        new("topics", "Topics", ApiScope.Read, "People"),
        new("keys", "API keys", ApiScope.Admin, "Control"),
        new("members", "Members", ApiScope.Admin, "Control"),
        new("event-subscriptions", "Event subscriptions", ApiScope.Admin, "Control"),
        new("audit", "Audit log", ApiScope.Admin, "Control"),
        new("settings", "Settings", ApiScope.Admin | ApiScope.Platform, "Control"),
        new(Sandbox, "Sandbox", ApiScope.Read, "Control"),
    ];

    /// <summary>Gets the pages that the caller may see and that the application has.</summary>
    public static IEnumerable<NavigationEntry> GetEntries(PageContext page)
    {
        var hasSandbox = page.Http.RequestServices.GetService<ICapturedMessages>() is not null;
        return Entries.Where(entry => page.Can(entry.Scope) && (hasSandbox || entry.Path != Sandbox));
    }
}

/// <summary>A link of the navigation, for callers with a scope.</summary>
internal sealed record NavigationEntry(string Path, string Title, ApiScope Scope, string Group);
