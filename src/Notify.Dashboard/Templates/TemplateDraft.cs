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

    /// <summary>Gets the newest version when the form began. Another one means that somebody saved meanwhile.</summary>
    public int Newest { get; init; }

    /// <summary>Gets whether the form began with a version that is not the newest.</summary>
    public bool IsOld => !IsNew && Version != Newest;

    public string? Layout { get; init; }

    public bool? Track { get; init; }

    public required IReadOnlyList<TemplateVariant> Variants { get; init; }

    /// <summary>
    /// Gets, for each variant, its place in the version that the form began with; null for a variant that was added.
    /// </summary>
    public required IReadOnlyList<int?> Origins { get; init; }

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
            Origins = [null],
        };

    public static TemplateDraft From(Template template, int newest) =>
        new()
        {
            Name = template.Name,
            IsNew = false,
            Version = template.Version,
            Newest = newest,
            Layout = template.Layout,
            Track = template.Track,
            Variants = template.Variants,
            Origins = [.. template.Variants.Select((_, i) => (int?)i)],
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
        var origins = variants
            .Select((_, i) => int.TryParse(ReadAt(form["origin"], i), out var origin) ? origin : (int?)null)
            .ToList();
        if (int.TryParse(form["remove"], out var removed) && removed >= 0 && removed < variants.Count)
        {
            variants.RemoveAt(removed);
            origins.RemoveAt(removed);
        }

        if (form["add"].Count > 0)
        {
            variants.Add(new TemplateVariant { Channel = Channel.Email });
            origins.Add(null);
        }

        return new TemplateDraft
        {
            Name = form["name"].ToString().Trim(),
            IsNew = form["isNew"] == "true",
            Version = int.TryParse(form["version"], out var version) ? version : 0,
            Newest = int.TryParse(form["newest"], out var newest) ? newest : 0,
            Layout = ReadAt(form["layout"], 0),
            Track = bool.TryParse(form["track"], out var track) ? track : null,
            Variants = variants,
            Origins = origins,
            Data = form["data"].ToString(),
            Locale = ReadAt(form["locale"], 0),
            Frame = int.TryParse(form["frame"], out var frame) ? frame : 0,
        };
    }

    /// <summary>Adds what the form does not show, from the version that the form began with.</summary>
    public TemplateDraft Complete(Template? from) =>
        from is null
            ? this
            : this with
            {
                Variants =
                [
                    .. Variants.Select(
                        (variant, i) =>
                            Origins[i] is { } origin && origin >= 0 && origin < from.Variants.Count
                                ? variant with
                                {
                                    Inbox = from.Variants[origin].Inbox,
                                }
                                : variant
                    ),
                ],
            };

    public Template ToTemplate(string tenant) =>
        new()
        {
            Tenant = tenant,
            Name = Name,
            Layout = Layout,
            Track = Track,
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
            var catalog = TemplatePages.GetCatalog(page);
            var contents = await catalog.PreviewAsync(template, preview, page.Aborted).ConfigureAwait(false);
            return new DraftPreview(contents, [])
            {
                Warnings = [.. catalog.FindWarnings(template).Select(found => found.Message)],
            };
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
    /// <summary>Gets what does not prevent saving, such as a channel without a provider.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public static DraftPreview Failed(string error) => new([], [error]);
}
