using System.Globalization;
using System.Text.Json;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;

namespace Notify.Planning;

/// <summary>A version of a template, compiled once. HTML parts escape their variables; text parts do not.</summary>
internal sealed class CompiledTemplate
{
    private static readonly IHandlebars Text = Engine(escape: false);
    private static readonly IHandlebars Html = Engine(escape: true);

    private readonly CompiledVariant[] _variants;

    private CompiledTemplate(int version, CompiledVariant[] variants) => (Version, _variants) = (version, variants);

    public int Version { get; }

    /// <exception cref="HandlebarsException">A text is no Handlebars.</exception>
    public static CompiledTemplate Compile(Template template) =>
        new(
            template.Version,
            [
                .. template.Variants.Select(variant => new CompiledVariant(
                    variant.Channel,
                    variant.Locale,
                    Part(Text, variant.Title),
                    Part(Text, variant.Body),
                    Part(Html, variant.Html)
                )),
            ]
        );

    /// <exception cref="HandlebarsException">The text is no Handlebars.</exception>
    public static void CheckSyntax(string source) => Text.Compile(source);

    public IReadOnlyList<ContentVariant> Render(Trigger trigger, List<FieldError> errors)
    {
        var variables = trigger.DataElement is { } data ? Plain(data) : new Dictionary<string, object?>();
        if (trigger.Digest is not null)
            variables = new Dictionary<string, object?>
            {
                ["events"] = new List<object?> { variables },
                ["count"] = 1m,
            };
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var contents = new List<ContentVariant>(_variants.Length);
        foreach (var variant in _variants.Where(variant => MayBeUsed(variant, trigger)))
        {
            contents.Add(
                new ContentVariant(
                    variant.Channel,
                    variant.Locale,
                    new Content
                    {
                        Title = Fill(variant.Title, variables, missing, errors),
                        Body = Fill(variant.Body, variables, missing, errors),
                        Html = Fill(variant.Html, variables, missing, errors),
                    }
                )
            );
        }

        errors.AddRange(
            missing.Select(variable => new FieldError(
                $"data.{variable}",
                $"The template '{trigger.Template}' needs this variable."
            ))
        );
        if (contents.Count == 0)
            errors.Add(new FieldError("template", "The template says nothing over these channels."));
        return contents;
    }

    private static bool MayBeUsed(CompiledVariant variant, Trigger trigger) =>
        variant.Channel is not { } channel
        || trigger.Channels is null
        || trigger.Channels.Contains(channel)
        || trigger.Fallback?.Any(step => step?.Channel == channel) == true;

    private static string? Fill(
        HandlebarsTemplate<object, object>? part,
        object? variables,
        SortedSet<string> missing,
        List<FieldError> errors
    )
    {
        if (part is null)
            return null;

        try
        {
            return part(variables!);
        }
        catch (HandlebarsUndefinedBindingException exception)
        {
            missing.Add(exception.Path ?? exception.MissingKey);
            return null;
        }
        catch (HandlebarsException)
        {
            // Handlebars looks helpers and partials up when it renders, not when it compiles.
            errors.Add(new FieldError("template", "The template uses a helper or a partial that does not exist."));
            return null;
        }
    }

    private static HandlebarsTemplate<object, object>? Part(IHandlebars engine, string? source) =>
        source is null ? null : engine.Compile(source);

    private static IHandlebars Engine(bool escape) =>
        Handlebars.Create(
            new HandlebarsConfiguration
            {
                NoEscape = !escape,
                ThrowOnUnresolvedBindingExpression = true,
                FormatProvider = CultureInfo.InvariantCulture,
            }
        );

    // Handlebars looks into dictionaries and lists. Numbers stay as they were written: 12.50 is not 12.5.
    private static object? Plain(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element
                .EnumerateObject()
                .ToDictionary(property => property.Name, property => Plain(property.Value)),
            JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number => element.TryGetDecimal(out var number) ? number : element.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    private sealed record CompiledVariant(
        Channel? Channel,
        string? Locale,
        HandlebarsTemplate<object, object>? Title,
        HandlebarsTemplate<object, object>? Body,
        HandlebarsTemplate<object, object>? Html
    );
}
