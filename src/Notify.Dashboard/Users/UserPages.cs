using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Users;

/// <summary>The users, and one user with addresses, preferences and devices.</summary>
internal static class UserPages
{
    public const string Path = "users";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, page => ListAsync(routes, page));
        routes.MapPage($"{Path}/{{id}}", ApiScope.Read, ShowAsync);
        UserActions.Map(routes, page => ListAsync(routes, page), ShowAsync);
    }

    public static string GetId(PageContext page) => RequestValues.Route(page.Http.Request, "id");

    private static async Task<IResult> ListAsync(DashboardRoutes routes, PageContext page)
    {
        var recipients = page.Http.RequestServices.GetRequiredService<IRecipients>();
        if (page.GetQuery("id") is { } id)
            return routes.Redirect(page, page.Link($"{Path}/{PageContext.Escape(id.Trim())}"));

        var request = page.GetPage() with { Prefix = page.GetQuery("prefix") ?? "" };
        var found = await recipients.ListUsersAsync(page.Tenant, request, page.Aborted).ConfigureAwait(false);
        return new PageResult<UserListPage>(page, new UserListView(found));
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var recipients = page.Http.RequestServices.GetRequiredService<IRecipients>();
        var id = GetId(page);
        var user = await recipients.FindUserAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false);
        var devices = await recipients.ListDevicesAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false);
        if (user is null && devices.Count == 0)
            return DashboardRoutes.ShowMissing(page, "user");

        var preferences = await recipients.FindPreferencesAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false);
        var shown = user?.Value ?? new User { Tenant = page.Tenant, Id = id };
        var view = new UserView
        {
            User = shown,
            Properties = shown.Properties is { } properties ? JsonSerializer.Serialize(properties, Indented) : null,
            Preferences = preferences.Value,
            Devices = devices,
        };
        return new PageResult<UserPage>(page, view);
    }
}

/// <summary>The model of the list of users.</summary>
internal sealed record UserListView(Page<User> Found);

/// <summary>The model of one user.</summary>
internal sealed record UserView
{
    public required User User { get; init; }

    public string? Properties { get; init; }

    public required IReadOnlyList<Preference> Preferences { get; init; }

    public required IReadOnlyList<Device> Devices { get; init; }
}
