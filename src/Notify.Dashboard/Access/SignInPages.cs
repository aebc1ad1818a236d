using Microsoft.AspNetCore.Http;
using Notify.Dashboard.Rendering;

namespace Notify.Dashboard.Access;

/// <summary>The pages to sign in with an API key, and to sign out.</summary>
internal static class SignInPages
{
    private const string Path = "sign-in";

    public static void Map(DashboardRoutes routes, PersonSignIn? people)
    {
        routes.MapOpenPage(Path, page =>
        {
            page.Notice = routes.ReadNotice(page);
            return Show(page, GetReturn(page));
        });
        routes.MapOpenForm(Path, isSignedIn: false, page => SignInAsync(routes, page));
        routes.MapOpenForm("sign-out", isSignedIn: true, page => SignOutAsync(routes, people, page));
    }

    private static async Task<IResult> SignInAsync(DashboardRoutes routes, PageContext page)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var back = CleanReturn(form["return"]);
        if (routes.Access.GetWait(page.Http) is { } wait)
            return Show(page, back, $"Too many keys were not valid. Wait {Math.Ceiling(wait.TotalSeconds)} seconds.", 429);

        var key = form["key"].ToString().Trim();
        if (await routes.Access.SignInAsync(page.Http, key).ConfigureAwait(false) is not { } caller)
            return Show(page, back, "This key is not valid. It may be revoked or expired.", StatusCodes.Status401Unauthorized);
        if (caller.Has(ApiScope.Read))
            return routes.Redirect(page, page.Root + back);

        await routes.Access.SignOutAsync(page.Http).ConfigureAwait(false);
        return Show(page, back, "This key does not have the scope read.", StatusCodes.Status403Forbidden);
    }

    private static async Task<IResult> SignOutAsync(DashboardRoutes routes, PersonSignIn? people, PageContext page)
    {
        var (isPerson, idToken) = await routes.Access.SignOutAsync(page.Http).ConfigureAwait(false);
        var end =
            isPerson && people is not null
                ? await people.FindEndSessionUrlAsync(idToken, page.Aborted).ConfigureAwait(false)
                : null;
        // The policy of the pages forbids a form that leads to another host, even by a redirection. So the person follows a link.
        return end is null
            ? routes.Redirect(page, $"{page.Root}{Path}", new PageNotice("You are signed out.", IsError: false))
            : new PageResult<SignIn>(page, new SignInView("", null) { EndSessionUrl = end });
    }

    public static PageResult<SignIn> Show(PageContext page, string back, string? error = null, int status = 200) =>
        new(page, new SignInView(back, error), status);

    public static string GetReturn(PageContext page) => CleanReturn(page.GetQuery("return"));

    // The path follows the relative root of the dashboard, so it cannot lead to another host.
    private static string CleanReturn(string? path) =>
        path is null || path.Length > 2_000 || path.Any(char.IsControl) || path.Contains("..", StringComparison.Ordinal)
            ? ""
            : path;
}

/// <summary>The model of the page to sign in.</summary>
internal sealed record SignInView(string Return, string? Error)
{
    /// <summary>
    /// Gets the URL at which a person who has just signed out here ends the session at the identity provider; null for none.
    /// </summary>
    public string? EndSessionUrl { get; init; }
}
