using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;

namespace Notify.Dashboard.Templates;

/// <summary>The templates, and the editor with a preview per channel and locale.</summary>
internal static class TemplatePages
{
    private const string Path = "templates";
    private const string Editor = "template-editor";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, ListAsync);
        routes.MapPage(Editor, ApiScope.Read, ShowAsync);
        routes.MapForm($"{Editor}/draft", ApiScope.Read, ShowDraftAsync);
        routes.MapForm($"{Editor}/html", ApiScope.Read, ShowHtmlAsync);
        routes.MapAction($"{Editor}/save", ApiScope.Manage, "saveTemplate", Path, SaveAsync);
        routes.MapAction($"{Editor}/delete", ApiScope.Manage, "deleteTemplate", Path, DeleteAsync);
    }

    public static ITemplateCatalog GetCatalog(PageContext page) =>
        page.Http.RequestServices.GetRequiredService<ITemplateCatalog>();

    private static async Task<IResult> ListAsync(PageContext page)
    {
        var request = page.GetPage() with { Prefix = page.GetQuery("prefix") ?? "" };
        return new PageResult<TemplateListPage>(
            page,
            await GetCatalog(page).ListAsync(page.Tenant, request, page.Aborted).ConfigureAwait(false)
        );
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        if (page.GetQuery("name") is not { } name)
            return await ShowAsync(page, TemplateDraft.CreateNew()).ConfigureAwait(false);

        int? version = int.TryParse(page.GetQuery("version"), out var number) ? number : null;
        if (
            await FindAsync(page, name).ConfigureAwait(false) is not { } newest
            || (version is null ? newest : await FindAsync(page, name, version).ConfigureAwait(false)) is not { } template
        )
            return DashboardRoutes.ShowMissing(page, "template");

        var draft = TemplateDraft.From(template, newest.Version);
        var sample = await SampleDocuments.FindAsync(page, name).ConfigureAwait(false);
        return await ShowAsync(page, sample is null ? draft : draft with { Data = sample }).ConfigureAwait(false);
    }

    private static async Task<IResult> ShowDraftAsync(PageContext page) =>
        await ShowAsync(page, await ReadAsync(page).ConfigureAwait(false)).ConfigureAwait(false);

    // Posts into a frame, because a page under its own policy cannot show the styles of an email.
    private static async Task<IResult> ShowHtmlAsync(PageContext page)
    {
        var draft = await ReadAsync(page).ConfigureAwait(false);
        var preview = await draft.PreviewAsync(page).ConfigureAwait(false);
        var html = preview.Contents.ElementAtOrDefault(draft.Frame)?.Content.Html;
        return PageHeaders.ShowEmail(page.Http.Response, html ?? "<p>This cannot be shown. The page lists the errors.</p>");
    }

    private static async Task<ActionOutcome> SaveAsync(PageContext page, AuditEntry entry)
    {
        var draft = await ReadAsync(page).ConfigureAwait(false);
        var template = draft.ToTemplate(page.Tenant);
        if (template.Name.Length > 0)
            entry.SetResource(template.Name);
        var errors = GetCatalog(page).Validate(template).ToList();
        if (errors.Count == 0)
        {
            var newest = await FindAsync(page, draft.Name).ConfigureAwait(false);
            if (DescribeConflict(draft, newest) is { } conflict)
                errors.Add(conflict);
            if (!draft.IsNew)
                draft = draft with { Newest = newest?.Version ?? 0 };
        }

        if (errors.Count > 0)
            return ActionOutcome.Show(await ShowAsync(page, draft, errors).ConfigureAwait(false), AuditOutcome.Refused);

        var version = await GetCatalog(page).SaveAsync(template, page.Aborted).ConfigureAwait(false);
        await SampleDocuments.SaveAsync(page, template.Name, draft.Data).ConfigureAwait(false);
        entry.Add(new AuditChange("version", null, $"{version}"));
        return ActionOutcome.Done($"{Editor}?name={PageContext.Escape(template.Name)}", $"Saved as version {version}.");
    }

    private static async Task<ActionOutcome> DeleteAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var name = form["name"].ToString();
        entry.SetResource(name);
        if (form["confirm"] != "true")
            return ActionOutcome.Refused($"{Editor}?name={PageContext.Escape(name)}", "Nothing was deleted: tick the box first.");

        if (!await GetCatalog(page).DeleteAsync(page.Tenant, name, page.Aborted).ConfigureAwait(false))
            return ActionOutcome.Unchanged(Path, "This template does not exist.");
        await SampleDocuments.RemoveAsync(page, name).ConfigureAwait(false);
        return ActionOutcome.Done(Path, $"The template {name} is deleted.");
    }

    // If two people save at the same time, the second version would silently undo the changes of the first.
    private static FieldError? DescribeConflict(TemplateDraft draft, Template? newest) =>
        (newest?.Version ?? 0) == draft.Newest ? null
        : draft.IsNew
            ? new FieldError(
                "name",
                FieldErrorCodes.Duplicate,
                "A template has this name already. Choose another one, or open it."
            )
        : newest is null
            ? new FieldError("name", FieldErrorCodes.NotFound, "The template was deleted meanwhile. Save again to create it.")
        : new FieldError(
            "version",
            FieldErrorCodes.Conflict,
            $"Somebody saved version {newest.Version} meanwhile. Compare it below, and save again to replace it."
        );

    private static Task<Template?> FindAsync(PageContext page, string name, int? version = null) =>
        GetCatalog(page).FindAsync(page.Tenant, name, version, page.Aborted);

    private static async Task<IReadOnlyList<DiffLine>> CompareAsync(PageContext page, TemplateDraft draft) =>
        await FindAsync(page, draft.Name).ConfigureAwait(false) is { } newest
            ? VersionDiff.Compare(draft.ToTemplate(page.Tenant), newest)
            : [];

    private static async Task<TemplateDraft> ReadAsync(PageContext page)
    {
        var draft = TemplateDraft.Read(await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false));
        return draft.IsNew || draft.Version == 0
            ? draft
            : draft.Complete(await FindAsync(page, draft.Name, draft.Version).ConfigureAwait(false));
    }

    private static async Task<IResult> ShowAsync(PageContext page, TemplateDraft draft, IReadOnlyList<FieldError>? errors = null)
    {
        var versions = draft.IsNew
            ? null
            : await GetCatalog(page)
                .ListVersionsAsync(page.Tenant, draft.Name, new PageRequest { Limit = 20 }, page.Aborted)
                .ConfigureAwait(false);
        var view = new TemplateView
        {
            Draft = draft,
            Errors = errors ?? [],
            Preview = await draft.PreviewAsync(page).ConfigureAwait(false),
            Versions = versions?.Items ?? [],
            Changes = draft.IsOld ? await CompareAsync(page, draft).ConfigureAwait(false) : [],
        };
        var status = errors is { Count: > 0 } ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return new PageResult<TemplateEditorPage>(page, view, status);
    }
}

/// <summary>The model of the editor.</summary>
internal sealed record TemplateView
{
    public required TemplateDraft Draft { get; init; }

    /// <summary>Gets why the template could not be saved.</summary>
    public required IReadOnlyList<FieldError> Errors { get; init; }

    public required DraftPreview Preview { get; init; }

    public required IReadOnlyList<VersionSummary> Versions { get; init; }

    /// <summary>Gets how the newest version differs from the older one that is shown.</summary>
    public required IReadOnlyList<DiffLine> Changes { get; init; }
}
