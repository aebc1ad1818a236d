using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Structure;

/// <summary>
/// Public types can get new members without breaking applications, and contracts that may still change are marked as such.
/// </summary>
public sealed partial class PublicTypeTests
{
    private const string DiagnosticId = "NOTIFY001";

    private static readonly Assembly Abstractions = typeof(INotifier).Assembly;

    // What an application uses. The extension methods that compose it are in the public API files.
    private static readonly Type[] Entries =
    [
        typeof(INotifier),
        typeof(INotificationQueries),
        typeof(ITemplateCatalog),
        typeof(IEventFeed),
        typeof(IReceipts),
        typeof(IRecipients),
        typeof(INotificationsBuilder),
    ];

    [Fact]
    public async Task No_public_record_is_positional()
    {
        var lines = await ReadPublicApiAsync();

        Assert.True(lines.Count > 2_000, $"Only {lines.Count} members were found.");
        Assert.Equal([], lines.Where(line => line.Contains(".Deconstruct(", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_contracts_for_stores_and_transports_are_experimental()
    {
        var contracts = Abstractions
            .GetExportedTypes()
            .Where(type => type.Namespace is "Notify.Storage" or "Notify.Transport" && !type.IsNested)
            .ToList();

        Assert.True(contracts.Count > 50, $"Only {contracts.Count} contracts were found.");
        Assert.All(contracts, type => Assert.Equal(DiagnosticId, type.GetCustomAttribute<ExperimentalAttribute>()?.DiagnosticId));
    }

    [Fact]
    public void The_diagnostic_names_a_page_that_explains_it()
    {
        var url = new Uri(
            Abstractions.GetType("Notify.Storage.IUserStore")!.GetCustomAttribute<ExperimentalAttribute>()!.UrlFormat!
        );
        var page = File.ReadAllText(Repository.GetPath(url.AbsolutePath.Split("/blob/main/")[1]));

        Assert.Contains($"\n## {url.Fragment[1..].ToUpperInvariant()}\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_application_never_meets_an_experimental_type()
    {
        var reached = FindReachable(Entries);

        Assert.True(reached.Count > 40, $"Only {reached.Count} types were found.");
        Assert.Contains(typeof(DeliveryRecord), reached);
        Assert.Equal([], reached.Where(type => type.IsDefined(typeof(ExperimentalAttribute))));
    }

    [Fact]
    public async Task An_extension_that_composes_an_application_never_names_an_experimental_type()
    {
        var experimental = Abstractions
            .GetExportedTypes()
            .Where(type => type.IsDefined(typeof(ExperimentalAttribute)))
            .Select(type => type.FullName!)
            .ToHashSet(StringComparer.Ordinal);
        var extensions = (await ReadPublicApiAsync()).Where(line => Extension().IsMatch(line)).ToList();

        Assert.True(extensions.Count > 20, $"Only {extensions.Count} extension methods were found.");
        Assert.Equal(
            [],
            extensions
                // The extensions that register a store are experimental themselves.
                .Where(line => !experimental.Any(type => line.StartsWith($"static {type}.", StringComparison.Ordinal)))
                .Where(line => TypeName().Matches(line).Any(name => experimental.Contains(name.Value)))
        );
    }

    [Theory]
    [InlineData("samples/Quickstart/Quickstart.csproj")]
    [InlineData("samples/Quickstart.Console/Quickstart.Console.csproj")]
    [InlineData("samples/Notify.Host/Notify.Host.csproj")]
    [InlineData("Directory.Build.props")]
    public void Applications_build_without_suppressing_the_diagnostic(string file) =>
        Assert.DoesNotContain(DiagnosticId, File.ReadAllText(Repository.GetPath(file)), StringComparison.Ordinal);

    private static async Task<List<string>> ReadPublicApiAsync() =>
        [
            .. (await Repository.FilesAsync())
                .Where(file =>
                    file.StartsWith("src/", StringComparison.Ordinal)
                    && file.EndsWith("PublicAPI.Unshipped.txt", StringComparison.Ordinal)
                )
                .SelectMany(file => File.ReadLines(Repository.GetPath(file))),
        ];

    private static HashSet<Type> FindReachable(IEnumerable<Type> entries)
    {
        var found = new HashSet<Type>();
        var open = new Stack<Type>(entries);
        while (open.TryPop(out var next))
        {
            var type = next.HasElementType ? next.GetElementType()! : next;
            foreach (var argument in type.GetGenericArguments())
                open.Push(argument);
            if (type.IsGenericType)
                type = type.GetGenericTypeDefinition();
            if (type.Assembly != Abstractions || !found.Add(type))
                continue;

            foreach (var used in type.GetInterfaces().Concat(type.GetMembers().SelectMany(GetTypes)))
                open.Push(used);
        }

        return found;
    }

    private static IEnumerable<Type> GetTypes(MemberInfo member) =>
        member switch
        {
            MethodInfo method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType),
            ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
            PropertyInfo property => [property.PropertyType],
            FieldInfo field => [field.FieldType],
            EventInfo { EventHandlerType: { } handler } => [handler],
            _ => [],
        };

    [GeneratedRegex(@"^static Microsoft\.")]
    private static partial Regex Extension();

    [GeneratedRegex(@"\bNotify(?:\.\w+)+")]
    private static partial Regex TypeName();
}
