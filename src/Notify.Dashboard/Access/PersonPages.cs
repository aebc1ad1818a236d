using Microsoft.AspNetCore.Http;
using Notify.Dashboard.Rendering;

namespace Notify.Dashboard.Access;

/// <summary>The way to the identity provider and back.</summary>
internal static class PersonPages
{
    public static void Map(DashboardRoutes routes, PersonSignIn signIn)
    {
        routes.MapOpenPage(PersonSignIn.StartPath, page => StartAsync(signIn, page));
        routes.MapOpenPage(PersonSignIn.CallbackPath, page => FinishAsync(routes, signIn, page));
    }

    private static async Task<IResult> StartAsync(PersonSignIn signIn, PageContext page)
    {
        var back = SignInPages.GetReturn(page);
        return await signIn.TryStartAsync(page.Http, back).ConfigureAwait(false)
            ? Results.Empty
            : SignInPages.Show(
                page,
                back,
                "The identity provider is not available. Try again later, or use an API key.",
                StatusCodes.Status503ServiceUnavailable
            );
    }

    private static async Task<IResult> FinishAsync(DashboardRoutes routes, PersonSignIn signIn, PageContext page)
    {
        var (person, back, idToken) = await signIn.FinishAsync(page.Http).ConfigureAwait(false);
        if (person is null)
            return SignInPages.Show(page, back, "The sign-in was not completed. Try again.", StatusCodes.Status401Unauthorized);

        var visitor = await routes.Access.SignInAsync(page.Http, person, idToken).ConfigureAwait(false);
        if (visitor?.Caller.Has(ApiScope.Read) == true)
            return routes.Redirect(page, page.Root + back);

        await routes.Access.SignOutAsync(page.Http).ConfigureAwait(false);
        return SignInPages.Show(
            page,
            back,
            "You are not a member of any tenant. Ask an administrator to add you.",
            StatusCodes.Status403Forbidden
        );
    }
}
