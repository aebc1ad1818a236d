using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Notify.ReferencePages;

/// <summary>The XML documentation of one package, as Markdown.</summary>
internal sealed partial class XmlDocumentation(Dictionary<string, XElement> summaries)
{
    public static XmlDocumentation Load(Assembly package)
    {
        var file = XDocument.Load(Path.ChangeExtension(package.Location, ".xml"));
        return new XmlDocumentation(
            file.Descendants("member")
                .Where(member => member.Element("summary") is not null)
                .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!)
        );
    }

    public string GetSummary(Type type) => GetSummary($"T:{type.FullName}");

    public string GetSummary(PropertyInfo property)
    {
        var summary = GetSummary($"P:{property.DeclaringType!.FullName}.{property.Name}");
        // A table of options need not repeat how every property begins.
        var rest = Accessor().Replace(summary, "");
        return char.ToUpperInvariant(rest[0]) + rest[1..];
    }

    private string GetSummary(string member) =>
        summaries.TryGetValue(member, out var summary)
            ? WhiteSpace().Replace(string.Concat(summary.Nodes().Select(Write)), " ").Trim()
            : throw new InvalidOperationException($"{member} has no summary.");

    private static string Write(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" or "seealso" or "paramref" } reference => WriteReference(reference),
            XElement element => string.Concat(element.Nodes().Select(Write)),
            _ => "",
        };

    private static string WriteReference(XElement reference)
    {
        if (reference.Attribute("href") is { } link)
            return $"[{reference.Value}]({link.Value})";
        if ((reference.Attribute("langword") ?? reference.Attribute("name")) is { } word)
            return $"`{word.Value}`";

        // M:Notify.Type.Method(System.String) and T:Notify.Type lose what stands before the last name; a member keeps its type.
        var target = reference.Attribute("cref")!.Value;
        var names = target[2..].Split('(')[0].Split('.');
        return $"`{(target[0] == 'T' ? names[^1] : string.Join('.', names[^2..]))}`";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex("^Gets( or sets)? ")]
    private static partial Regex Accessor();
}
