using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Dashboard.Access;
using Notify.Dashboard.Layout;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Rendering;

/// <summary>Maps the pages and the actions of the dashboard, and checks each request in one place.</summary>
internal sealed class DashboardRoutes(
    RouteGroupBuilder group,
    DashboardAccess access,
    IServiceProvider services,
    NotifyDashboardOptions options
)
{
    private readonly ActionAudit _audit = new(services);

    public DashboardAccess Access => access;

    /// <summary>Maps a page that a caller with a scope may see.</summary>
    public IEndpointConventionBuilder MapPage(string pattern, ApiScope scope, Func<PageContext, Task<IResult>> show) =>
        Map(pattern, "GET", async page =>
            await AuthorizeAsync(page, scope).ConfigureAwait(false) ?? await ShowAsync(page, show).ConfigureAwait(false)
        );

    /// <summary>Maps an action of a form that a caller with a scope may perform. It is recorded in the audit log.</summary>
    /// <param name="pattern">The path, to which a form posts.</param>
    /// <param name="scope">The scope that the caller needs.</param>
    /// <param name="action">The name of the action in the audit log, which is the one of the same operation of the API.</param>
    /// <param name="kind">The kind of the resource in the audit log.</param>
    /// <param name="perform">The action.</param>
    /// <param name="show">The page with the form. It is shown again, with what was typed, if the action is refused.</param>
    public void MapAction(
        string pattern,
        ApiScope scope,
        string action,
        string kind,
        Func<PageContext, AuditEntry, Task<ActionOutcome>> perform,
        Func<PageContext, Task<IResult>>? show = null
    ) => Map(pattern, "POST", async page =>
        {
            if (await AuthorizeAsync(page, scope).ConfigureAwait(false) is { } refusal)
                return refusal;
            if (!await access.Forms.IsRequestValidAsync(page.Http).ConfigureAwait(false))
                return ShowExpired(page);

            var resource = new AuditResource(kind, FindId(page.Http));
            try
            {
                return Finish(
                    page,
                    await _audit.RunAsync(page, action, resource, entry => perform(page, entry)).ConfigureAwait(false)
                );
            }
            catch (InvalidRequestException exception)
            {
                if (show is null)
                    return ShowErrors(page, "This was not done", exception);
                page.Refuse(await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false), exception.Errors);
                return await ShowAsync(page, show).ConfigureAwait(false);
            }
        });

    /// <summary>Maps a form that computes a page and changes nothing, such as a preview.</summary>
    public void MapForm(string pattern, ApiScope scope, Func<PageContext, Task<IResult>> show) =>
        Map(pattern, "POST", async page =>
            await AuthorizeAsync(page, scope).ConfigureAwait(false)
            ?? (
                await access.Forms.IsRequestValidAsync(page.Http).ConfigureAwait(false)
                    ? await ShowAsync(page, show).ConfigureAwait(false)
                    : ShowExpired(page)
            )
        );

    /// <summary>Maps a page for people who have not signed in.</summary>
    public void MapOpenPage(string pattern, Func<PageContext, IResult> show) =>
        MapOpenPage(pattern, page => Task.FromResult(show(page)));

    /// <summary>Maps a page for people who have not signed in.</summary>
    public void MapOpenPage(string pattern, Func<PageContext, Task<IResult>> show) => Map(pattern, "GET", show).AllowAnonymous();

    /// <summary>Maps a form that begins or ends a session.</summary>
    /// <param name="pattern">The path, to which the form posts.</param>
    /// <param name="isSignedIn">
    /// Whether the form is on pages of people who have signed in, for whom its token was created.
    /// </param>
    /// <param name="perform">The handler.</param>
    public void MapOpenForm(string pattern, bool isSignedIn, Func<PageContext, Task<IResult>> perform) =>
        Map(pattern, "POST", async page =>
            {
                if (isSignedIn)
                    await access.FindVisitorAsync(page.Http).ConfigureAwait(false);
                return await access.Forms.IsRequestValidAsync(page.Http).ConfigureAwait(false)
                    ? await perform(page).ConfigureAwait(false)
                    : ShowExpired(page);
            })
            .AllowAnonymous();

    /// <summary>Maps the paths that no page has.</summary>
    public void MapUnknown() =>
        group
            .MapFallback(DashboardPath.Unknown, http =>
                RunAsync(http, async page =>
                    await AuthorizeAsync(page, ApiScope.None).ConfigureAwait(false)
                    ?? new PageResult<Message>(
                        page,
                        new MessageView(
                            "This page does not exist",
                            ["The address may be incomplete, or the page has another name now."]
                        ),
                        StatusCodes.Status404NotFound
                    )
                )
            )
            .WithMetadata(new DashboardPath(DashboardPath.Unknown));

    /// <summary>Creates the response to a request for a resource that does not exist.</summary>
    public static IResult ShowMissing(PageContext page, string kind) =>
        new PageResult<Message>(
            page,
            new MessageView($"This {kind} does not exist", ["It may belong to another tenant, or its retention may have ended."]),
            StatusCodes.Status404NotFound
        );

    /// <summary>Redirects to a page of the dashboard after a form. The browser then loads it with GET.</summary>
    public IResult Redirect(PageContext page, string url, PageNotice? notice = null)
    {
        if (notice is not null)
            NoticeCookie.Write(page.Http, access.Notices, notice);
        page.Http.Response.Headers.Location = url;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>Reads the message about the last action. It is read once.</summary>
    public PageNotice? ReadNotice(PageContext page) => NoticeCookie.Read(page.Http, access.Notices);

    private IEndpointConventionBuilder Map(string pattern, string method, Func<PageContext, Task<IResult>> handle) =>
        group
            .MapMethods($"/{pattern}", method == "GET" ? ["GET", "HEAD"] : [method], http => RunAsync(http, handle))
            .WithMetadata(new DashboardPath(pattern));

    private async Task RunAsync(HttpContext http, Func<PageContext, Task<IResult>> handle)
    {
        PageHeaders.Set(http.Response);
        if (access.IsManagementPort(http))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var page = new PageContext(http, options, () => access.Forms.GetAndStoreTokens(http));
        // The relative links of the overview are right only if its path ends with a slash.
        var path = http.Request.Path.Value ?? "";
        var result =
            page.Root == "./" && PageContext.GetPath(http).Length == 0 && !path.EndsWith('/')
                ? Redirect(page, $"{path[(path.LastIndexOf('/') + 1)..]}/{http.Request.QueryString}")
                : await handle(page).ConfigureAwait(false);
        await result.ExecuteAsync(http).ConfigureAwait(false);
    }

    /// <summary>Finds the caller, and returns the response to one who may not see the page.</summary>
    private async Task<IResult?> AuthorizeAsync(PageContext page, ApiScope scope)
    {
        var http = page.Http;
        if (await access.FindVisitorAsync(http).ConfigureAwait(false) is not { } visitor)
        {
            var isForm = HttpMethods.IsPost(http.Request.Method);
            var here = isForm ? FindPageOfForm(http) : $"{PageContext.GetPath(http)}{http.Request.QueryString}";
            // The person may be on the page for hours, so a form must not end at the sign-in without a word.
            var notice = isForm ? new PageNotice("Your session has ended. Nothing was changed.", IsError: true) : null;
            return Redirect(page, page.Link("sign-in", ("return", here is { Length: > 0 } ? here : null)), notice);
        }

        if (!page.TrySetVisitor(visitor))
            return Refuse(page, "This tenant is not yours", "You act for another tenant, and have no scope for all tenants.");
        if (!page.Can(scope))
            return Refuse(page, "This needs another scope", $"You do not have the scope {$"{scope}".ToLowerInvariant()}.");

        page.Notice = ReadNotice(page);
        return null;
    }

    private static async Task<IResult> ShowAsync(PageContext page, Func<PageContext, Task<IResult>> show)
    {
        try
        {
            return await show(page).ConfigureAwait(false);
        }
        catch (InvalidRequestException exception)
        {
            return ShowErrors(page, "This cannot be shown", exception);
        }
    }

    private static PageResult<Message> ShowErrors(PageContext page, string title, InvalidRequestException exception) =>
        new(
            page,
            new MessageView(title, exception.Errors.Select(error => $"{error.Field}: {error.Message}")),
            StatusCodes.Status400BadRequest
        );

    private static PageResult<Message> Refuse(PageContext page, string title, string text) =>
        new(page, new MessageView(title, [text]), StatusCodes.Status403Forbidden);

    private static PageResult<Message> ShowExpired(PageContext page) =>
        new(
            page,
            new MessageView(
                "This form has expired",
                ["Nothing was changed. Go back, load the page again, and repeat the action. The dashboard needs cookies."]
            ),
            StatusCodes.Status400BadRequest
        );

    /// <summary>Finds the page that a form was on, below the prefix of the dashboard, which a proxy may have changed.</summary>
    private static string? FindPageOfForm(HttpContext http)
    {
        if (!Uri.TryCreate(http.Request.Headers.Referer, UriKind.Absolute, out var page))
            return null;
        var start = page.AbsolutePath.LastIndexOf($"/{PageContext.GetPath(http).Split('/')[0]}", StringComparison.Ordinal);
        return start < 0 ? null : page.PathAndQuery[(start + 1)..];
    }

    private IResult Finish(PageContext page, ActionOutcome outcome) =>
        outcome.Result
        ?? Redirect(page, page.Link(outcome.Next), new PageNotice(outcome.Notice, outcome.Outcome != AuditOutcome.Succeeded));

    private static string? FindId(HttpContext http) =>
        http.GetEndpoint() is RouteEndpoint { RoutePattern.Parameters: [var parameter, ..] }
            ? RequestValues.Route(http.Request, parameter.Name)
            : null;
}
