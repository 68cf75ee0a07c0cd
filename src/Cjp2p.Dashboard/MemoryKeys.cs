using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Cjp2p.Dashboard;

/// <summary>
/// Keys of the page's own secrets (which connection is whose): they live as long as the process and are written nowhere,
/// for a page of an earlier run has nothing to come back to.
/// </summary>
internal sealed class MemoryKeys : IXmlRepository
{
    private readonly Lock _lock = new();
    private readonly List<XElement> _keys = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_lock)
            return [.. _keys.Select(key => new XElement(key))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock)
            _keys.Add(new XElement(element));
    }
}
