using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Notify.Dashboard.Rendering;

namespace Notify.Dashboard.Templates;

/// <summary>A template as the form of the editor has it, with the data of its preview.</summary>
internal sealed record TemplateDraft
{
    public const string SampleData = """{ "name": "Ada" }""";

    public required string Name { get; init; }

    /// <summary>Gets whether the template is not saved yet, so that its name can be chosen.</summary>
    public required bool IsNew { get; init; }

    /// <summary>Gets the version that the form began with.</summary>
    public int Version { get; init; }

    /// <summary>Gets whether the form began with an older version.</summary>
    public bool IsOld { get; init; }

    public string? Layout { get; init; }

    public required IReadOnlyList<TemplateVariant> Variants { get; init; }

    public string Data { get; init; } = SampleData;

    public string? Locale { get; init; }

    /// <summary>Gets the place of the previewed content that a frame shows.</summary>
    public int Frame { get; init; }

    public static TemplateDraft CreateNew() =>
        new()
        {
            Name = "",
            IsNew = true,
            Variants = [new TemplateVariant { Title = "Hello {{ name }}", Body = "Welcome, {{ name }}." }],
        };

    public static TemplateDraft From(Template template, bool isOld) =>
        new()
        {
            Name = template.Name,
            IsNew = false,
            Version = template.Version,
            IsOld = isOld,
            Layout = template.Layout,
            Variants = template.Variants,
        };

    /// <summary>Reads the form. Each variant has one value of each field, in the same order.</summary>
    public static TemplateDraft Read(IFormCollection form)
    {
        var variants = form["channel"]
            .Select(
                (channel, i) =>
                    new TemplateVariant
                    {
                        Channel = Channel.TryParse(channel, out var known) ? known : null,
                        Locale = ReadAt(form["variantLocale"], i),
                        Title = ReadAt(form["title"], i),
                        Body = ReadAt(form["body"], i),
                        Html = ReadAt(form["html"], i),
                    }
            )
            .ToList();
        if (int.TryParse(form["remove"], out var removed) && removed >= 0 && removed < variants.Count)
            variants.RemoveAt(removed);
        if (form["add"].Count > 0)
            variants.Add(new TemplateVariant { Channel = Channel.Email });
        return new TemplateDraft
        {
            Name = form["name"].ToString().Trim(),
            IsNew = form["isNew"] == "true",
            Version = int.TryParse(form["version"], out var version) ? version : 0,
            Layout = ReadAt(form["layout"], 0),
            Variants = variants,
            Data = form["data"].ToString(),
            Locale = ReadAt(form["locale"], 0),
            Frame = int.TryParse(form["frame"], out var frame) ? frame : 0,
        };
    }

    public Template ToTemplate(string tenant) =>
        new()
        {
            Tenant = tenant,
            Name = Name,
            Layout = Layout,
            Variants = Variants,
        };

    /// <summary>Renders the draft with its sample data. Errors of the draft are part of the result.</summary>
    public async Task<DraftPreview> PreviewAsync(PageContext page)
    {
        if (Variants.Count == 0)
            return DraftPreview.Failed("Add a variant first.");

        try
        {
            using var data = JsonDocument.Parse(Data.Length == 0 ? "{}" : Data);
            var preview = new TemplatePreview { DataElement = data.RootElement, Locale = Locale };
            // A preview does not need the name that a new template will have.
            var template = ToTemplate(page.Tenant) with { Name = Name.Length == 0 ? "draft" : Name };
            return new DraftPreview(
                await TemplatePages.GetCatalog(page).PreviewAsync(template, preview, page.Aborted).ConfigureAwait(false),
                []
            );
        }
        catch (JsonException exception)
        {
            return DraftPreview.Failed($"The sample data is not valid JSON: {exception.Message}");
        }
        catch (InvalidRequestException exception)
        {
            return new DraftPreview([], [.. exception.Errors.Select(error => $"{error.Field}: {error.Message}")]);
        }
    }

    // Browsers send line ends as CR LF.
    private static string? ReadAt(StringValues values, int place) =>
        place < values.Count && values[place] is { Length: > 0 } text ? text.ReplaceLineEndings("\n") : null;
}

/// <summary>What a draft renders to, or why it does not.</summary>
internal sealed record DraftPreview(IReadOnlyList<ContentVariant> Contents, IReadOnlyList<string> Errors)
{
    public static DraftPreview Failed(string error) => new([], [error]);
}
